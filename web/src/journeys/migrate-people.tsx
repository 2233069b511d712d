import { Button, Modal, NumberInput, Select } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useAddress } from '../parts/address.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { said } from '../parts/notify.ts';
import { plural, sayNumber } from '../parts/number.ts';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { useChange, useRoute, useTrial } from '../query.ts';
import type { Reply } from '../api.ts';
import { readDraft } from './edit/draft.ts';
import css from './migrate-people.module.css';
import { sayCard } from './read-journey.ts';
import { useNames } from './use-names.ts';

const stay = ':stay';
const out = ':out';
type Line = Reply<'previewMigration'>['steps'][number];
const touched = ['previewMigration', 'listMigrations', 'getJourneyCounts', 'listJourneys'] as const;
const sayPeople = (count: number): string => plural(count, 'person', 'people');

/** Moves people who are under way in an older version to the published one, by a map that somebody has looked at; and back. The address says move=3. */
export function MigratePeople({ journeyKey: key }: { journeyKey: string }) {
  const [address, setAddress] = useAddress();
  const open = address.move !== undefined;
  return (
    <Modal
      opened={open}
      onClose={() => setAddress({ move: undefined })}
      title="People in older versions"
      size={760}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {open && <Moving journeyKey={key} />}
    </Modal>
  );
}

function Moving({ journeyKey: key }: { journeyKey: string }) {
  const [address, setAddress] = useAddress();
  const counts = useRoute('getJourneyCounts', { params: { key }, query: {} });
  const definition = useRoute('getDefinition', { params: { kind: 'journey', key } });
  const current = definition.data?.version ?? null;
  const older = (counts.data?.versions ?? [])
    .filter((row) => row.version !== current && row.live > 0)
    .toSorted((a, b) => b.version - a.version);
  const from = older.find((row) => String(row.version) === address.move)?.version ?? older[0]?.version;
  const problem = counts.error ?? definition.error;
  if (problem) return <ProblemView problem={problem} />;
  if (!counts.data || !definition.data) return <Bones lines={6} />;
  return (
    <div className={css.moving}>
      {from === undefined ? (
        <p className="quiet">Everybody who is under way is in version {current}, which is live. Nobody has to be moved.</p>
      ) : (
        <>
          <p className="quiet">
            Whoever is under way goes on by the version that they entered by. Say for each step where its people go on in version {current};
            nobody is moved before you say so.
          </p>
          {older.length > 1 && (
            <Select
              label="From"
              data={older.map((row) => ({ value: String(row.version), label: `Version ${row.version}, ${sayPeople(row.live)}` }))}
              value={String(from)}
              allowDeselect={false}
              onChange={(move) => setAddress({ move: move ?? undefined })}
            />
          )}
          <StepMap key={from} journeyKey={key} from={from} published={definition.data.published} />
        </>
      )}
      <Earlier journeyKey={key} />
    </div>
  );
}

/** Where the people of each step go: staying, out, or a step of the published version; first the same step where there is one. */
function StepMap({ journeyKey: key, from, published }: { journeyKey: string; from: number; published: unknown }) {
  const names = useNames();
  const old = useRoute('getVersion', { params: { kind: 'journey', key, version: from } });
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const [limit, setLimit] = useState<number | null>(null);
  const [asking, setAsking] = useState(false);
  const migrate = useChange('migrateRuns', [...touched]);
  const before = useMemo(() => readDraft(old.data?.body), [old.data]);
  const after = useMemo(() => readDraft(published), [published]);
  const targets = (after?.steps ?? [])
    .filter((step) => step.kind !== 'entry')
    .map((step) => ({ value: step.key, label: sayCard(step, names) }));
  const first = useTrial('previewMigration', { params: { key }, body: { from, map: {} } });
  const lines = first.data?.steps ?? [];
  const toOf = (line: Line): string => chosen[line.step] ?? line.suggested ?? stay;
  const map = Object.fromEntries(
    lines.filter((line) => toOf(line) !== stay).map((line) => [line.step, toOf(line) === out ? null : toOf(line)]),
  );
  // What would happen is asked of the server, which is also what does it.
  const preview = useTrial('previewMigration', first.data ? { params: { key }, body: { from, map } } : null, { staleTime: 0 });
  const all = lines.reduce((sum, line) => sum + line.people, 0);
  const would = Math.min(preview.data?.people ?? 0, limit ?? Number.POSITIVE_INFINITY);
  const problem = first.error ?? preview.error ?? old.error;
  if (problem) return <ProblemView problem={problem} />;
  if (!first.data) return <Bones lines={4} />;
  const to = first.data.to;
  const sayOld = (line: Line): string => {
    const step = before?.steps.find((each) => each.key === line.step);
    return step ? sayCard(step, names) : line.says;
  };
  return (
    <>
      <ul className={css.map} aria-label={`Steps of version ${from}`}>
        {lines.map((line) => (
          <li key={line.step}>
            <span className={css.old}>
              {sayOld(line)}
              <span className="faint"> {sayPeople(line.people)}</span>
            </span>
            <Select
              aria-label={`Where ${sayPeople(line.people)} at “${sayOld(line)}” go`}
              data={[
                { value: stay, label: `Stay in version ${from}` },
                { value: out, label: 'Take them out' },
                {
                  group: `Version ${to}`,
                  items: targets.map((target) => ({
                    ...target,
                    label:
                      target.value === line.suggested
                        ? `${line.same ? 'The same step' : 'The same step, changed'}: ${target.label}`
                        : target.label,
                  })),
                },
              ]}
              value={toOf(line)}
              allowDeselect={false}
              onChange={(next) => next !== null && setChosen({ ...chosen, [line.step]: next })}
              comboboxProps={{ withinPortal: true }}
            />
          </li>
        ))}
      </ul>
      <NumberInput
        label="At most"
        placeholder="All"
        description="To begin with some of them"
        value={limit ?? ''}
        min={1}
        allowDecimal={false}
        allowNegative={false}
        onChange={(next) => setLimit(typeof next === 'number' && next > 0 ? next : null)}
        maw={220}
      />
      <div className={css.act}>
        <p role="status" data-old={preview.isPlaceholderData || undefined}>
          {preview.data ? `${sayNumber(would)} of ${sayPeople(all)} would be moved to version ${to}.` : ''}
        </p>
        <Button disabled={would === 0 || preview.isPlaceholderData} onClick={() => setAsking(true)}>
          Move {sayPeople(would)}
        </Button>
      </div>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={`Move ${sayPeople(would)} to version ${to}`}
        action="Move"
        onConfirm={async () => {
          const { runs } = await migrate.mutateAsync({ params: { key }, body: { from, map, ...(limit === null ? {} : { limit }) } });
          said(`${sayPeople(runs)}: on the way to version ${to}.`);
          setChosen({});
        }}
      >
        A wait that leads to a wait counts from when the old one began, and may be over at once. At any other step they arrive now, and what
        it does is done. You can take it back for whoever has not gone on since
        {Object.values(map).includes(null) ? '; who is taken out stays out' : ''}.
      </Confirm>
    </>
  );
}

/** Who was moved before, and back. */
function Earlier({ journeyKey: key }: { journeyKey: string }) {
  const list = useRoute('listMigrations', { params: { key } });
  const undo = useChange('undoMigration', [...touched]);
  const [asked, setAsked] = useState<Reply<'listMigrations'>['items'][number] | null>(null);
  const rows = list.data?.items ?? [];
  if (list.error) return <ProblemView problem={list.error} />;
  if (rows.length === 0) return null;
  return (
    <section>
      <h3 className={css.title}>Moved before</h3>
      <ul className={css.earlier}>
        {rows.map((row) => (
          <li key={row.id}>
            <span>
              {sayPeople(row.runs)}, version {row.from} to {row.to}
              <span className="faint">
                {' '}
                <Time at={row.at} /> by {row.by}
                {row.undoneAt && (
                  <>
                    , taken back <Time at={row.undoneAt} /> by {row.undoneBy}
                  </>
                )}
              </span>
            </span>
            {row.undoneAt === null && (
              <Button size="xs" variant="default" onClick={() => setAsked(row)}>
                Take back
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Confirm
        open={asked !== null}
        onClose={() => setAsked(null)}
        title="Take it back"
        action="Take back"
        onConfirm={async () => {
          if (!asked) return;
          await undo.mutateAsync({ params: { key, id: asked.id } });
          said(`Whoever has not gone on since goes back to version ${asked.from}.`);
        }}
      >
        Whoever still stands where this put them goes back to version {asked?.from}, with the wait that they had. Whoever has gone on since
        goes on.
      </Confirm>
    </section>
  );
}
