import { Autocomplete, Checkbox, NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import type { Signal } from '#contract/definition-bodies.ts';
import { day, durationMs } from '#contract/instant.ts';
import type { Vocabulary } from '#contract/routes/rules.ts';
import type { Operator } from '#contract/rule/comparison.ts';
import type { PropertyTest } from '#contract/rule/event-match.ts';
import { meaningOf } from '#contract/rule/comparison.ts';
import { operatorWords } from '#engine/rule/words.ts';
import { sayNumber } from '../parts/number.ts';
import { AddRow, RemoveRow } from '../parts/row-buttons.tsx';
import { DurationInput } from '../settings/duration-input.tsx';
import css from './edit-score.module.css';
import type { Group } from './score-body.ts';
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

const eventOperators = (types: readonly string[] | undefined): Operator[] =>
  (Object.keys(operatorWords) as Operator[]).filter((op) => {
    const { of, timed } = meaningOf(op);
    return !timed && (types === undefined || types.length === 0 || of.some((type) => types.includes(type)));
  });

/** What was written, as what it is: a number where it reads like one, unless texts came. */
const readValue = (text: string, types: readonly string[]): string | number | boolean =>
  types[0] === 'boolean' && (text === 'true' || text === 'false')
    ? text === 'true'
    : types[0] !== 'text' && text.trim() !== '' && Number.isFinite(Number(text))
      ? Number(text)
      : text;

/** Points each time something was done: which event, narrowed by what, and how its worth ends. */
export function SignalFields({
  line,
  vocabulary,
  messageAt,
  onChange,
}: {
  line: Signal;
  vocabulary: Vocabulary | undefined;
  messageAt: MessageAt;
  onChange: (to: Partial<Signal>, did: string) => void;
}) {
  const known = vocabulary?.events.find((event) => event.name === line.on.event);
  const where = line.on.where ?? [];
  const setWhere = (rows: PropertyTest[], did: string): void => {
    const { where: _, ...rest } = line.on;
    onChange({ on: rows.length > 0 ? { ...rest, where: rows } : rest }, did);
  };
  const setRow = (index: number, row: PropertyTest): void =>
    setWhere(
      where.map((one, at) => (at === index ? row : one)),
      'condition of an event',
    );
  return (
    <>
      <div className={css.event}>
        <Autocomplete
          label="Each time they did"
          placeholder="Page Viewed"
          value={line.on.event}
          data={vocabulary?.events.map((event) => event.name) ?? []}
          limit={40}
          maxDropdownHeight={260}
          error={messageAt('on.event')}
          description={
            known
              ? `Came ${sayNumber(known.count)} times lately`
              : line.on.event !== '' && vocabulary
                ? 'No such event came lately. It counts from when the first one comes.'
                : undefined
          }
          onChange={(event) => onChange({ on: { ...line.on, event } }, 'event of a line')}
        />
      </div>
      {where.length > 0 && (
        <ul className={css.where}>
          {where.map((test, index) => {
            const seen = known?.properties.find((one) => one.path === test.property);
            const { takes } = meaningOf(test.op);
            const values = (seen?.values ?? []).map(String);
            return (
              <li key={index}>
                <Autocomplete
                  aria-label="Property"
                  placeholder="property"
                  value={test.property}
                  data={known?.properties.map((one) => one.path) ?? []}
                  error={messageAt(`on.where.${index}.property`)}
                  onChange={(property) => setRow(index, { ...test, property })}
                />
                <Select
                  aria-label="How it is compared"
                  value={test.op}
                  allowDeselect={false}
                  data={eventOperators(seen?.types).map((op) => ({ value: op, label: operatorWords[op] }))}
                  onChange={(next) => {
                    const op = (next ?? 'equals') as Operator;
                    const { value, ...rest } = test;
                    const list = meaningOf(op).takes === 'list';
                    const kept =
                      value === undefined
                        ? undefined
                        : list
                          ? Array.isArray(value)
                            ? value
                            : [value]
                          : Array.isArray(value)
                            ? value[0]
                            : value;
                    setRow(index, meaningOf(op).takes === 'nothing' ? { ...rest, op } : { ...rest, op, value: kept ?? (list ? [] : '') });
                  }}
                />
                {takes === 'nothing' ? (
                  <span />
                ) : takes === 'list' || takes === 'range' ? (
                  <TagsInput
                    aria-label="Values"
                    value={(Array.isArray(test.value) ? test.value : []).map(String)}
                    data={values}
                    error={messageAt(`on.where.${index}.value`)}
                    onChange={(next) =>
                      setRow(index, { ...test, value: next.map((text) => readValue(text, takes === 'range' ? [] : (seen?.types ?? []))) })
                    }
                  />
                ) : (
                  <Autocomplete
                    aria-label="Value"
                    value={String(test.value ?? '')}
                    data={values}
                    error={messageAt(`on.where.${index}.value`)}
                    onChange={(text) =>
                      setRow(index, { ...test, value: readValue(text, takes === 'text' ? ['text'] : (seen?.types ?? [])) })
                    }
                  />
                )}
                <RemoveRow
                  label={`Remove the condition on ${test.property || 'a property'}`}
                  onClick={() => setWhere(where.toSpliced(index, 1), 'remove a condition')}
                />
              </li>
            );
          })}
        </ul>
      )}
      <AddRow
        disabled={line.on.event === ''}
        onClick={() => setWhere([...where, { property: known?.properties[0]?.path ?? '', op: 'equals', value: '' }], 'add a condition')}
      >
        {where.length === 0 ? 'Only where a property is …' : 'And where …'}
      </AddRow>
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
