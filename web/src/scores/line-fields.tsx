import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import type { Signal } from '#contract/definition-bodies.ts';
import { day, durationMs } from '#contract/instant.ts';
import type { Vocabulary } from '#contract/routes/rules.ts';
import { sayNumber } from '../parts/number.ts';
import { EventChip, More, type Narrowing, narrowings, WhereChips } from '../rules/event-chips.tsx';
import { WordsContext } from '../rules/vocabulary.ts';
import { DurationInput } from '../settings/duration-input.tsx';
import css from './edit-score.module.css';
import { type Group, withoutNothing } from './score-body.ts';
import { sayBounds } from './say-score.ts';

type MessageAt = (path: string) => string | undefined;
type CommonLine = Pick<Signal, 'because' | 'points' | 'group'>;

/** What every line has: what it says about somebody, its points, its group. */
export function CommonFields({
  line,
  groups,
  messageAt,
  onChange,
}: {
  line: CommonLine;
  groups: readonly Group[];
  messageAt: MessageAt;
  onChange: (to: Partial<CommonLine>, did: string) => void;
}) {
  return (
    <div className={css.common}>
      <TextInput
        label="What it says about somebody"
        placeholder="Looked at the prices"
        value={line.because}
        maxLength={200}
        autoComplete="off"
        error={messageAt('because')}
        onChange={(event) => onChange({ because: event.currentTarget.value }, 'words of a line')}
      />
      <NumberInput
        label="Points"
        value={line.points}
        min={-1000}
        max={1000}
        decimalScale={3}
        w={92}
        error={messageAt('points')}
        onChange={(next) => typeof next === 'number' && onChange({ points: next }, `points of ${line.because || 'a line'}`)}
      />
      {groups.length > 0 && (
        <Select
          label="Group"
          data={groups.map((group) => ({ value: group.key, label: group.name || group.key }))}
          value={line.group ?? null}
          placeholder="None"
          clearable
          w={170}
          error={messageAt('group')}
          onChange={(next) => onChange({ group: next ?? undefined }, `group of ${line.because || 'a line'}`)}
        />
      )}
    </div>
  );
}

/** Points each time something was done: which event, narrowed by what, and how its worth ends. */
export function SignalFields({
  line,
  vocabulary,
  messageAt,
  onChange,
}: {
  line: Signal;
  vocabulary: Vocabulary;
  messageAt: MessageAt;
  onChange: (to: Partial<Signal>, did: string) => void;
}) {
  const known = vocabulary.events.find((event) => event.name === line.on.event);
  const test: Narrowing = line.on;
  const narrow = (part: Partial<Narrowing>, did: string): void =>
    onChange({ on: withoutNothing({ ...line.on, ...part }) as Signal['on'] }, did);
  return (
    <>
      <WordsContext.Provider value={useMemo(() => ({ vocabulary, journey: false }), [vocabulary])}>
        <div className={css.rule} role="group" aria-label="What is done">
          <span className={css.label}>It counts each time they did</span>
          <div className={css.sentence}>
            <EventChip name={line.on.event} onChange={(event) => onChange({ on: { ...line.on, event } }, 'event of a line')} />
            {line.on.event !== '' && (
              <>
                <WhereChips event={line.on.event} test={test} onChange={narrow} />
                <More choices={narrowings(test)} onAdd={narrow} />
              </>
            )}
          </div>
          {line.on.event !== '' && (
            <span className={css.lineNote}>
              {known
                ? `Came ${sayNumber(known.count)} times lately.`
                : 'No such event came lately. It counts from when the first one comes.'}
            </span>
          )}
        </div>
      </WordsContext.Provider>
      <fieldset className={css.fading}>
        <legend>How long it counts</legend>
        <div>
          <Checkbox
            label="Fades: worth half after"
            checked={line.halfLife !== undefined}
            onChange={(event) => onChange({ halfLife: event.currentTarget.checked ? 'P14D' : undefined }, 'fading of a line')}
          />
          {line.halfLife !== undefined && (
            <DurationInput label="Half-life" value={line.halfLife} onChange={(halfLife) => onChange({ halfLife }, 'half-life of a line')} />
          )}
          {messageAt('halfLife') && <span className={css.error}>{messageAt('halfLife')}</span>}
        </div>
        <div>
          <Checkbox
            label="Ends: worth nothing after"
            checked={line.expires !== undefined}
            onChange={(event) => onChange({ expires: event.currentTarget.checked ? 'P90D' : undefined }, 'end of a line')}
          />
          {line.expires !== undefined && (
            <DurationInput label="Ends after" value={line.expires} onChange={(expires) => onChange({ expires }, 'end of a line')} />
          )}
          {messageAt('expires') && <span className={css.error}>{messageAt('expires')}</span>}
        </div>
        <div>
          <Checkbox
            label="Only the latest"
            checked={line.times !== undefined}
            onChange={(event) => onChange({ times: event.currentTarget.checked ? 3 : undefined }, 'how many times count')}
          />
          {line.times !== undefined && (
            <span className={css.times}>
              <NumberInput
                aria-label="How many times count"
                value={line.times}
                min={1}
                max={1000}
                clampBehavior="strict"
                allowDecimal={false}
                allowNegative={false}
                hideControls
                w={64}
                onChange={(next) => typeof next === 'number' && onChange({ times: next }, 'how many times count')}
              />
              times count
            </span>
          )}
        </div>
        <Fading line={line} />
      </fieldset>
    </>
  );
}

const daysOf = (duration: string | undefined): number =>
  duration === undefined ? Number.POSITIVE_INFINITY : (durationMs(duration) ?? Number.POSITIVE_INFINITY) / day;

/** What one time is worth on the days after it. */
function Fading({ line }: { line: Signal }) {
  const [half, ends] = [daysOf(line.halfLife), daysOf(line.expires)];
  if (!Number.isFinite(half) && !Number.isFinite(ends)) return null;
  const span = Math.max(
    0.1,
    Math.min(Number.isFinite(ends) ? ends * 1.15 : Number.POSITIVE_INFINITY, Number.isFinite(half) ? half * 5 : Number.POSITIVE_INFINITY),
  );
  const worth = (after: number): number => (after >= ends ? 0 : Number.isFinite(half) ? 2 ** (-after / half) : 1);
  const steps = 60;
  const path = Array.from({ length: steps + 1 }, (_, index) => {
    const share = index / steps;
    return `${index === 0 ? 'M' : 'L'}${(share * 100).toFixed(2)} ${(100 - worth(share * span) * 96).toFixed(2)}`;
  }).join('');
  const later = [7, 30].filter((days) => days < span);
  return (
    <div className={css.curve}>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        <path d={`${path}L100 100L0 100Z`} className={css.area} />
        <path d={path} className={css.stroke} vectorEffect="non-scaling-stroke" />
      </svg>
      <span>
        One time is worth {sayRound(line.points)} at once
        {later.map((days) => `, ${sayRound(line.points * worth(days))} after ${days} days`).join('')}.
      </span>
    </div>
  );
}
const sayRound = (value: number): string => String(Math.round(value * 10) / 10).replace('-', '−');

/** What a group keeps its lines to, beside its name. */
export const groupNote = (groups: readonly Group[], key: string | undefined): string => {
  const group = groups.find((one) => one.key === key);
  return group ? `${group.name || group.key}${sayBounds(group) ? `, ${sayBounds(group)}` : ''}` : '';
};
