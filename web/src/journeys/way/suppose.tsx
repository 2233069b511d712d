import { Autocomplete, Button, Select } from '@mantine/core';
import { useState } from 'react';
import type { Journey } from '#contract/journey.ts';
import type { EventMatch } from '#contract/rule/event-match.ts';
import type { Step } from '#contract/steps/index.ts';
import type { Assumption, Moment } from '#contract/trial.ts';
import { conditionOf, conditionsOf } from '#contract/rule.ts';
import { samplePropertiesOf } from '#engine/journey/sample-event.ts';
import { useRoute } from '../../query.ts';
import { DurationInput } from '../../settings/duration-input.tsx';
import { ValueRows } from './value-rows.tsx';
import css from './way.module.css';

type Does = Assumption['does'];
interface Choice {
  label: string;
  does: Does;
  /** What of it can be written. */
  writes: 'nothing' | 'properties' | 'event' | 'traits' | 'answer';
}

const happens = (match: EventMatch, why: string): Choice => ({
  label: `${match.event} happens${why}`,
  does: { what: 'event', event: match.event, properties: samplePropertiesOf(match) },
  writes: 'properties',
});

/** What may happen while somebody stands at a step: first what the step waits for. */
function choicesAt(step: Step, { goal, exits }: Journey): Choice[] {
  const own: Choice[] = [];
  if (step.kind === 'approve')
    for (const yes of [true, false])
      own.push({ label: `A colleague says ${yes ? 'yes' : 'no'}`, does: { what: 'approval', yes }, writes: 'nothing' });
  if (step.kind === 'webhook') {
    own.push({ label: 'The other system answers', does: { what: 'answer', ok: true, body: {} }, writes: 'answer' });
    own.push({ label: 'The other system refuses', does: { what: 'answer', ok: false, body: {} }, writes: 'nothing' });
  }
  if (step.kind === 'hand-over') own.push({ label: 'A colleague releases them', does: { what: 'release' }, writes: 'nothing' });
  if (step.kind === 'wait' && step.until) own.push(happens(step.until, ''));
  if (step.kind === 'wait' && step.untilRule)
    for (const condition of conditionsOf(step.untilRule)) {
      const { kind, test } = conditionOf(condition);
      if (kind === 'event') own.push(happens({ ...test, event: test.name }, ''));
      if (kind === 'trait')
        own.push({
          label: `${test.path} changes`,
          does: { what: 'traits', traits: { [test.path]: Array.isArray(test.value) ? (test.value[0] ?? '') : (test.value ?? '') } },
          writes: 'traits',
        });
    }
  return [
    ...own,
    ...(goal ? [happens(goal.on, ', the goal')] : []),
    ...exits.map((exit) => happens(exit.on, `: ${exit.reason}`)),
    { label: 'Another event happens', does: { what: 'event', event: '', properties: {} }, writes: 'event' },
    { label: 'Traits change', does: { what: 'traits', traits: {} }, writes: 'traits' },
    { label: 'They unsubscribe', does: { what: 'unsubscribe' }, writes: 'nothing' },
  ];
}

interface SupposeProps {
  moment: Moment;
  step: Step;
  journey: Journey;
  onSuppose: (assumption: Assumption) => void;
}

/** Has something happen while somebody stands at a step; without it nothing happens there. */
export function Suppose({ moment, step, journey, onSuppose }: SupposeProps) {
  const [open, setOpen] = useState<boolean | 'no longer'>(false);
  const close = (): void => setOpen('no longer');
  if (open !== true)
    return (
      <div>
        <Button size="compact-xs" variant="default" autoFocus={open === 'no longer'} onClick={() => setOpen(true)}>
          Suppose something
        </Button>
      </div>
    );
  return (
    <SupposeForm
      choices={choicesAt(step, journey)}
      onCancel={close}
      onSuppose={(after, does) => {
        close();
        onSuppose({ step: moment.step, visit: moment.visit, after, does });
      }}
    />
  );
}

interface FormProps {
  choices: Choice[];
  onCancel: () => void;
  onSuppose: (after: string, does: Does) => void;
}

function SupposeForm({ choices, onCancel, onSuppose }: FormProps) {
  const [at, setAt] = useState(0);
  const [does, setDoes] = useState<Does>(choices[0]!.does);
  const [after, setAfter] = useState('PT1H');
  const events = useRoute('getVocabulary', undefined, { staleTime: 60_000 }).data?.events ?? [];
  const { writes } = choices[at]!;
  const isReady =
    !(does.what === 'event' && does.event.trim() === '') && !(does.what === 'traits' && Object.keys(does.traits).length === 0);
  return (
    <form
      className={css.suppose}
      aria-label="What is supposed"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        event.stopPropagation();
        onCancel();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        if (isReady) onSuppose(after, does);
      }}
    >
      <Select
        label="Suppose that"
        data={choices.map(({ label }, index) => ({ value: String(index), label }))}
        value={String(at)}
        allowDeselect={false}
        data-autofocus
        autoFocus
        onChange={(next) => {
          setAt(Number(next));
          setDoes(choices[Number(next)]!.does);
        }}
      />
      {does.what === 'event' && writes === 'event' && (
        <Autocomplete
          label="Event"
          data={[...new Set(events.map(({ name }) => name))]}
          value={does.event}
          maxLength={200}
          onChange={(event) => setDoes({ ...does, event })}
        />
      )}
      {does.what === 'event' && (
        <ValueRows
          key={at}
          label="Its properties"
          of="a property"
          first={does.properties}
          onChange={(properties) => setDoes({ ...does, properties })}
        />
      )}
      {does.what === 'traits' && (
        <ValueRows key={at} label="Traits" of="a trait" first={does.traits} onChange={(traits) => setDoes({ ...does, traits })} />
      )}
      {does.what === 'answer' && writes === 'answer' && (
        <ValueRows key={at} label="What it answers" of="a value" first={does.body} onChange={(body) => setDoes({ ...does, body })} />
      )}
      <div className={css.after}>
        <span>So long after coming here</span>
        <DurationInput label="How long after" value={after} min={0} onChange={setAfter} />
      </div>
      <div className={css.buttons}>
        <Button size="xs" variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button size="xs" type="submit" disabled={!isReady}>
          Suppose it
        </Button>
      </div>
    </form>
  );
}
