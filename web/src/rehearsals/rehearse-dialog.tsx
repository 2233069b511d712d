import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core';
import { kindNames } from 'contract:words';
import { useState } from 'react';
import type { Args, Reply } from '../api.ts';
import { useGo } from '../parts/address.tsx';
import { FormDialog } from '../parts/form-dialog.tsx';
import { RadioChoices } from '../parts/radio-choices.tsx';
import { useChange, useRoute } from '../query.ts';
import css from './rehearsals.module.css';

type Asked = Args<'startRehearsal'>['body'];
type What = 'all' | 'some' | 'none';
type Row = Reply<'listDefinitions'>['items'][number];

/** Spans to choose from. */
const spans = {
  'past P30D': 'The last 30 days, as they were',
  'past P90D': 'The last 90 days, as they were',
  'future P14D': 'The next 14 days, simulated',
  'future P30D': 'The next 30 days, simulated',
} as const;
type Span = keyof typeof spans;

const idOf = ({ kind, key }: Pick<Row, 'kind' | 'key'>): string => `${kind}/${key}`;

/** Asks what is rehearsed and over what, starts it and goes there. */
export function RehearseDialog({ onClose }: { onClose: () => void }) {
  const go = useGo();
  const rows = useRoute('listDefinitions', { query: {} }).data?.items;
  const drafts = (rows ?? []).filter((row) => !row.retired && row.archivedAt === null && (row.hasDraft || row.version === null));
  const [picked, setPicked] = useState<What | null>(null);
  const what: What = picked ?? (drafts.length > 0 ? 'all' : 'none');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [span, setSpan] = useState<Span>('past P30D');
  const [seed, setSeed] = useState('1');
  const [percent, setPercent] = useState<number | string>(100);
  const start = useChange('startRehearsal', ['listRehearsals']);
  const isFuture = span.startsWith('future');
  const share = Number(percent) / 100;
  const asked = (): Asked => {
    const long = span.split(' ')[1]!;
    return {
      over: isFuture ? { future: long, seed: seed.trim() } : { past: long },
      drafts:
        what === 'all'
          ? 'all'
          : what === 'none'
            ? []
            : drafts.filter((row) => chosen.has(idOf(row))).map(({ kind, key }) => ({ kind, key })),
      share,
    };
  };
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    next.delete(id) || next.add(id);
    setChosen(next);
  };
  const ready = (what !== 'some' || chosen.size > 0) && share >= 0.001 && share <= 1 && (!isFuture || seed.trim() !== '');
  return (
    <FormDialog
      title="Rehearse"
      size={520}
      onClose={onClose}
      problem={start.error}
      action="Rehearse"
      ready={ready && rows !== undefined}
      busy={start.isPending}
      onSave={async () => go(`rehearsals/${(await start.mutateAsync({ body: asked() })).id}`)}
    >
      <RadioChoices
        label="What"
        value={what}
        onChange={setPicked}
        choices={[
          ...(drafts.length > 0
            ? [
                {
                  value: 'all' as const,
                  label: drafts.length === 1 ? 'The one draft there is' : `All ${drafts.length} drafts`,
                  description: 'Each in place of what is in force, beside what comes of that',
                },
              ]
            : []),
          {
            value: 'none',
            label: 'What is in force',
            description: drafts.length > 0 ? 'As it stands, without any draft' : 'As it stands. No definition has a draft now',
          },
          ...(drafts.length > 1
            ? [{ value: 'some' as const, label: 'Some of the drafts', description: 'What is not chosen stays as it is in force' }]
            : []),
        ]}
      />
      {what === 'some' && (
        <fieldset className={css.drafts}>
          <legend className="visually-hidden">Which drafts</legend>
          {drafts.map((row) => (
            <Checkbox
              key={idOf(row)}
              checked={chosen.has(idOf(row))}
              onChange={() => toggle(idOf(row))}
              label={
                <>
                  {row.name || row.key} <span className="faint">{kindNames[row.kind].name.toLowerCase()}</span>
                </>
              }
            />
          ))}
        </fieldset>
      )}
      <Select
        label="Over"
        description={
          isFuture
            ? 'People do what those did who lately stood as they stand, and as many come as came'
            : 'Everybody’s days again, with what they really did'
        }
        data={Object.entries(spans).map(([value, label]) => ({ value, label }))}
        value={span}
        allowDeselect={false}
        onChange={(next) => next && setSpan(next as Span)}
      />
      <details className={css.more}>
        <summary>More</summary>
        <div className={css.moreFields}>
          <NumberInput
            label="Of the people, look at"
            description={
              share < 1
                ? 'So many, drawn by chance: counts are of them alone'
                : 'Everybody. Fewer is faster, and what is rare may be missed'
            }
            suffix=" %"
            min={0.1}
            max={100}
            decimalScale={1}
            value={percent}
            onChange={setPercent}
          />
          {isFuture && (
            <TextInput
              label="Seed"
              description="The same seed gives the same futures, another one others"
              value={seed}
              maxLength={100}
              autoComplete="off"
              onChange={(event) => setSeed(event.currentTarget.value)}
            />
          )}
        </div>
      </details>
    </FormDialog>
  );
}
