import { IconX } from '@tabler/icons-react';
import type { EventMatch } from '#contract/rule/event-match.ts';
import type { Window } from '#contract/rule/window.ts';
import { Chooser } from './chooser.tsx';
import { hourChoices, hoursWritten, sayClock, sayWeekdayList, sayWhen, weekdayNames, whenChoices, whenWritten } from './choices.ts';
import { ComparisonChips, usualOperator } from './comparison-chips.tsx';
import type { Loose } from './draft.ts';
import { isPath } from './lacks.ts';
import css from './rule-editor.module.css';
import { eventChoices, propertiesOf, propertyChoices, useWords } from './vocabulary.ts';

export type Narrowing = Loose<Omit<EventMatch, 'event'>>;
/** Changes some of a condition, and says so for undo. */
export type Change<T> = (part: Partial<T>, did: string) => void;

/** The name of an event; one that never came may be written. */
export function EventChip({
  name,
  label = 'Event',
  onChange,
}: {
  name: string | undefined;
  label?: string;
  onChange: (name: string) => void;
}) {
  const { vocabulary } = useWords();
  return (
    <Chooser
      label={label}
      text={name || null}
      ask="which event"
      hint="Search events, or write a name"
      choices={eventChoices(vocabulary)}
      written={(text) => [{ value: text.trim(), label: text.trim(), note: 'never seen so far' }]}
      onPick={onChange}
    />
  );
}

/** A property of an event. */
export function PropertyChip({
  event,
  path,
  label = 'Property',
  onChange,
}: {
  event: string | undefined;
  path: string | undefined;
  label?: string;
  onChange: (path: string) => void;
}) {
  const { vocabulary } = useWords();
  return (
    <Chooser
      label={label}
      text={path || null}
      ask="which property"
      hint="Search properties, or write a path"
      choices={propertyChoices(propertiesOf(vocabulary, event))}
      written={(text) => (isPath(text.trim()) ? [{ value: text.trim(), label: text.trim(), note: 'never seen so far' }] : [])}
      onPick={onChange}
    />
  );
}

/** Takes an optional part of a sentence away. */
export function Less({ what, onClick }: { what: string; onClick: () => void }) {
  return (
    <button type="button" className={css.less} aria-label={`Take away: ${what}`} data-tip="Take away" onClick={onClick}>
      <IconX size={12} />
    </button>
  );
}

/** Which occurrences are meant: what properties must be, on which weekdays, between which hours. */
export function WhereChips({ event, test, onChange }: { event: string | undefined; test: Narrowing; onChange: Change<Narrowing> }) {
  const { vocabulary } = useWords();
  const properties = propertiesOf(vocabulary, event);
  const where = test.where ?? [];
  const change = (index: number, part: object, did: string): void =>
    onChange({ where: where.map((each, at) => (at === index ? { ...each, ...part } : each)) }, did);
  return (
    <>
      {where.map((each, index) => (
        <span key={index} className={css.clause}>
          <span className={css.word}>{index === 0 ? 'where' : 'and'}</span>
          <PropertyChip
            event={event}
            path={each.property}
            onChange={(property) => {
              const seen = properties.find((one) => one.path === property);
              change(index, { property, op: each.op ?? usualOperator(seen, false) }, 'choose a property');
            }}
          />
          {each.property && (
            <ComparisonChips
              test={each}
              what={each.property}
              seen={properties.find((one) => one.path === each.property)}
              timed={false}
              onChange={(part, did) => change(index, part, did)}
            />
          )}
          <Less
            what={`where ${each.property ?? 'a property'}`}
            onClick={() => onChange({ where: shorter(where, index) }, 'take a property away')}
          />
        </span>
      ))}
      {test.weekdays !== undefined && (
        <span className={css.clause}>
          <span className={css.word}>on</span>
          <WeekdaysChip weekdays={test.weekdays} onChange={(weekdays) => onChange({ weekdays }, 'change the weekdays')} />
          <Less what="the weekdays" onClick={() => onChange({ weekdays: undefined }, 'take the weekdays away')} />
        </span>
      )}
      {test.hours !== undefined && (
        <span className={css.clause}>
          <HoursChip hours={test.hours} onChange={(hours) => onChange({ hours }, 'change the hours')} />
          <Less what="the hours" onClick={() => onChange({ hours: undefined }, 'take the hours away')} />
        </span>
      )}
    </>
  );
}
const shorter = <T,>(list: T[], index: number): T[] | undefined => (list.length === 1 ? undefined : list.toSpliced(index, 1));

/** What can be added to which occurrences are meant. */
export const narrowings = (test: Narrowing): { label: string; part: Narrowing; did: string }[] => [
  ...((test.where?.length ?? 0) < 20
    ? [{ label: 'where a property is …', part: { where: [...(test.where ?? []), {}] }, did: 'ask for a property' }]
    : []),
  ...(test.weekdays === undefined ? [{ label: 'on some weekdays', part: { weekdays: [] }, did: 'ask for weekdays' }] : []),
  ...(test.hours === undefined ? [{ label: 'between two times of day', part: { hours: {} }, did: 'ask for hours' }] : []),
];

/** Adds an optional part to a sentence. */
export function More<T>({ choices, onAdd }: { choices: { label: string; part: Partial<T>; did: string }[]; onAdd: Change<T> }) {
  if (choices.length === 0) return null;
  return (
    <Chooser
      label="Add to this condition"
      text="+"
      hint="What else?"
      button={{ className: css.more!, tip: 'Say more about it' }}
      choices={choices.map((choice) => ({ value: choice, label: choice.label }))}
      onPick={({ part, did }) => onAdd(part, did)}
    />
  );
}

export function WeekdaysChip({ weekdays, onChange }: { weekdays: number[]; onChange: (weekdays: number[]) => void }) {
  return (
    <Chooser
      label="Weekdays"
      text={weekdays.length === 0 ? null : sayWeekdayList(weekdays)}
      ask="which weekdays"
      choices={weekdayNames.map((label, index) => ({ value: index + 1, label }))}
      many={weekdays.map((each) => weekdayNames[each - 1]!)}
      onPick={(next) =>
        onChange(weekdays.includes(next) ? weekdays.filter((each) => each !== next) : [...weekdays, next].toSorted((a, b) => a - b))
      }
    />
  );
}

export function HoursChip({
  hours,
  onChange,
}: {
  hours: { from?: string | undefined; to?: string | undefined };
  onChange: (hours: { from: string; to: string }) => void;
}) {
  return (
    <Chooser
      label="Hours"
      text={hours.from && hours.to ? sayClock(hours) : null}
      ask="between which times"
      hint="Write two times: 9:00 to 17:30"
      choices={hourChoices}
      written={hoursWritten}
      writtenFirst
      onPick={onChange}
    />
  );
}

/** Which stretch of the past is looked at. */
export function WhenChip({ window, onChange }: { window: Window; onChange: (window: Window) => void }) {
  const { journey } = useWords();
  return (
    <Chooser
      label="When"
      text={sayWhen(window)}
      quiet={sayWhen(window) === 'at any time'}
      hint="Choose, or write: 45 days, 2026-03-01"
      choices={whenChoices(journey)}
      written={whenWritten}
      writtenFirst
      onPick={({ within, since, calendar }) => onChange({ within, since, calendar })}
    />
  );
}
