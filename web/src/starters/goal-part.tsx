import { Button } from '@mantine/core';
import { sayDuration } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import { type AskedWait, entriesBy } from '#engine/journey/starter.ts';
import { suggestionFor, withLength } from '#engine/journey/wait-length.ts';
import { sayCard } from '../journeys/read-journey.ts';
import { SaidTimes, TimingChart, TooFew } from '../journeys/timing.tsx';
import { useNames } from '../journeys/use-names.ts';
import { Section } from '../parts/page.tsx';
import { useRoute } from '../query.ts';
import { DurationInput } from '../settings/duration-input.tsx';
import { useAsking } from './context.ts';
import { EventField } from './event-field.tsx';
import css from './starters.module.css';

/** The goal with its window, and each wait with what the times of real people suggest. */
export function GoalPart() {
  const { starter, questions, answers, change } = useAsking();
  const { goal } = questions;
  return (
    <>
      <Section title="Goal" hint="The run ends at once when it happens, and counts as met.">
        <EventField
          label="The event by which it succeeds"
          {...(goal === null ? {} : { description: `The starter calls it “${goal.event}”`, called: goal.event })}
          value={answers.goal.event}
          placeholder="What is it called here?"
          onChange={(event) => change((now) => ({ ...now, goal: { ...now.goal, event } }))}
        />
        <Length
          label="How long after entering it still counts"
          value={answers.goal.within}
          own={starter.journey.goal?.within ?? 'P30D'}
          suggested={null}
          onChange={(within) => change((now) => ({ ...now, goal: { ...now.goal, within } }))}
        />
      </Section>
      {questions.waits.length > 0 && <Waits />}
    </>
  );
}

/** The journey with the lengths that were answered, so that a suggestion knows what the waits before it take. */
function timed(journey: Journey, waits: Record<string, string>): Journey {
  const steps = journey.steps.map((step) =>
    step.kind === 'wait' && waits[step.key] !== undefined ? withLength(step, waits[step.key]!) : step,
  );
  return { ...journey, steps };
}

function Waits() {
  const { starter, questions, answers, change } = useAsking();
  const [from] = entriesBy(starter, answers).filter((name) => name.trim() !== '');
  const to = answers.goal.event.trim();
  const { data: timing } = useRoute(
    'getJourneyTiming',
    { query: { from: from ?? '', to } },
    { enabled: from !== undefined && to !== '', staleTime: 60_000 },
  );
  const journey = timed(starter.journey, answers.waits);
  const open = questions.waits.filter(({ step }) => answers.waits[step] === undefined);
  return (
    <Section
      title="Timing"
      hint="How long people really take from what begins it to the goal says when to write."
      action={
        open.length > 1 && (
          <Button
            size="xs"
            variant="default"
            onClick={() =>
              change((now) => ({ ...now, waits: { ...Object.fromEntries(open.map(({ step, length }) => [step, length])), ...now.waits } }))
            }
          >
            Keep the starter’s {open.length} times
          </Button>
        )
      }
    >
      {from === undefined ? (
        <p className="quiet">No event begins it, so there is no time to measure: the times are the starter’s own.</p>
      ) : to === '' ? (
        <p className="quiet">Name the goal first; then it can be seen how long people take.</p>
      ) : (
        timing &&
        (timing.suggestions === null ? (
          <p className="quiet">
            No history yet, so the times are the starter’s own. <TooFew timing={timing} />
          </p>
        ) : (
          <div className={css.times}>
            <p>
              <SaidTimes timing={timing} />
            </p>
            <TimingChart timing={timing} />
          </div>
        ))
      )}
      <ul className={css.rows}>
        {questions.waits.map((wait) => (
          <WaitRow key={wait.step} wait={wait} suggested={suggestionOf(journey, wait, timing?.suggestions ?? null)} />
        ))}
      </ul>
    </Section>
  );
}

function suggestionOf(journey: Journey, wait: AskedWait, suggestions: Parameters<typeof suggestionFor>[2] | null): string | null {
  const step = journey.steps.find((each) => each.key === wait.step);
  return step && suggestions ? (suggestionFor(journey, step, suggestions)?.length ?? null) : null;
}

const howWords: Record<AskedWait['how'], string | null> = {
  for: null,
  quiet: 'since they last did any of it',
  timeout: 'at most, if it does not happen',
  every: 'from one mail to the next',
};

function WaitRow({ wait, suggested }: { wait: AskedWait; suggested: string | null }) {
  const { starter, answers, change } = useAsking();
  const names = useNames();
  const step = starter.journey.steps.find((each) => each.key === wait.step)!;
  return (
    <li>
      <span className={css.assumed}>
        <strong>{sayCard(step, names)}</strong>
        {howWords[wait.how] !== null && <span className="faint">{howWords[wait.how]}</span>}
        {step.note && <span className="quiet">{step.note}</span>}
      </span>
      <Length
        label={`How long: ${sayCard(step, names)}`}
        quiet
        value={answers.waits[wait.step] ?? null}
        own={wait.length}
        suggested={suggested}
        onChange={(length) => change((now) => ({ ...now, waits: { ...now.waits, [wait.step]: length } }))}
      />
    </li>
  );
}

interface LengthProps {
  label: string;
  quiet?: boolean;
  value: string | null;
  /** The starter's own. */
  own: string;
  suggested: string | null;
  onChange: (length: string) => void;
}

/** A length of time that has to be chosen before it is there to be changed. */
function Length({ label, quiet = false, value, own, suggested, onChange }: LengthProps) {
  const differs = suggested !== null && sayDuration(suggested) !== sayDuration(value ?? own);
  return (
    <div className={css.length} role="group" aria-label={label}>
      {!quiet && <span className={css.label}>{label}</span>}
      <span className={css.lengths}>
        {value === null ? (
          <Button size="xs" variant="default" onClick={() => onChange(own)}>
            Keep {sayDuration(own)}
          </Button>
        ) : (
          <DurationInput label={label} value={value} onChange={onChange} />
        )}
        {differs && (
          <Button size="xs" variant="light" onClick={() => onChange(suggested)}>
            Use {sayDuration(suggested)}
          </Button>
        )}
      </span>
    </div>
  );
}
