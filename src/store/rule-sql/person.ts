import { type Instant, minute, ms } from '#contract/instant.ts';
import { seedOf } from '#contract/rule/bucket.ts';
import type { MomentTest, StageTest } from '#contract/rule/conditions.ts';
import { byZone, type RuleSqlContext, todayIn, tomorrowIn } from './context.ts';
import type { Draft } from './draft.ts';
import { all, among, any, no, not, ofPerson, yes } from './formula.ts';
import type { SqlKind } from './kind.ts';

/** Kinds of conditions that are a line or two of SQL about the person `p`. */

export const stage: SqlKind<'stage'> = {
  formula(test, draft) {
    const { now } = draft.context;
    const stands = `p.stage = any(${draft.bind([...test.in], 'text[]')})`;
    if (test.forAtLeast === undefined && test.forLessThan === undefined) return ofPerson(stands);
    const atLeast = ` and p.stage_since <= ${draft.at(now - timeIn(test))}`;
    const lessThan = test.forLessThan === undefined ? '' : ` and p.stage_since > ${draft.at(now - ms(test.forLessThan))}`;
    return ofPerson(stands + atLeast + lessThan);
  },
  changes(test, draft) {
    const { now } = draft.context;
    const { forAtLeast, forLessThan } = test;
    const lengths = forLessThan === undefined ? (forAtLeast === undefined ? [] : [timeIn(test)]) : [timeIn(test), ms(forLessThan)];
    return lengths.map((length) => ({
      ofPerson: `case when p.stage = any(${draft.bind([...test.in], 'text[]')}) and p.stage_since > ${draft.at(now - length)} then p.stage_since + ${draft.length(length)} end`,
    }));
  },
};

/** [ms] How long one must have been in the stage. */
const timeIn = ({ forAtLeast }: StageTest): number => (forAtLeast === undefined ? 0 : ms(forAtLeast));

export const segment: SqlKind<'segment'> = {
  formula({ key }, draft) {
    const select = `select m.person_id from membership m where m.workspace_id = ${draft.workspace} and m.segment = ${draft.bind(key, 'text')}${draft.inLanes('m')}`;
    const members = draft.shared(`segment ${key}`, 'members', (name) => ({ name, render: () => select }));
    return among(members, () => 'true');
  },
};

export const score: SqlKind<'score'> = {
  formula({ key, atLeast, atMost }, draft) {
    if (atLeast === undefined && atMost === undefined) return yes;
    const isWithin = (value: string): string =>
      [
        ...(atLeast === undefined ? [] : [`${value} >= ${draft.bind(atLeast, 'float8')}`]),
        ...(atMost === undefined ? [] : [`${value} <= ${draft.bind(atMost, 'float8')}`]),
      ].join(' and ');
    const asWritten = ofPerson(isWithin(`coalesce(rule_number(p.state #> ${draft.bind(['scores', key], 'text[]')}), 0)`));
    const faded = draft.context.faded?.get(key);
    if (!faded) return asWritten;
    const [ids, worths] = [draft.bind([...faded.ids], 'uuid[]'), draft.bind([...faded.worths], 'float8[]')];
    const rows = draft.shared(`faded ${key}`, 'faded', (name) => ({
      name,
      render: () => `select person_id, worth from unnest(${ids}, ${worths}) as f (person_id, worth)`,
    }));
    return any(
      all(asWritten, not(among(rows, () => 'true'))),
      among(rows, () => isWithin(`${rows.name}.worth`)),
    );
  },
};

export const grade: SqlKind<'grade'> = {
  formula: (test, draft) =>
    ofPerson(`p.state #>> ${draft.bind(['grades', test.key], 'text[]')} = any(${draft.bind([...test.in], 'text[]')})`),
};

export const consent: SqlKind<'consent'> = {
  formula(test, draft) {
    const purpose = test.purpose ?? draft.context.purposeOf(test.topic!);
    if (purpose === undefined) return no;
    const stateOf = (channel: string): string => `(p.state #>> ${draft.bind(['consents', `${purpose}/${channel}`, 'state'], 'text[]')})`;
    const [here, everywhere] = [stateOf(test.channel ?? 'email'), stateOf('*')];
    return ofPerson(`coalesce(${here}, ${everywhere}) = 'granted' and coalesce(${everywhere}, ${here}) = 'granted'`);
  },
};

const addresses: Record<string, string> = { email: 'p.email', sms: 'p.phone', webhook: 'p.person_id::text' };

export const reachable: SqlKind<'reachable'> = {
  formula({ channel }, draft) {
    const address = addresses[channel];
    if (address === undefined) return no;
    return ofPerson(`${address} is not null and p.state #>> ${draft.bind(['dead', channel], 'text[]')} is distinct from ${address}`);
  },
};

export const bucket: SqlKind<'bucket'> = {
  formula(test, draft) {
    const place = `rule_bucket(p.person_id, ${draft.bind(seedOf(test.draw), 'bigint')})`;
    const [from, to] = [Math.round(test.from * 100), Math.round(test.to * 100)];
    // Asked once a person; `between` would ask twice.
    return ofPerson(`width_bucket(${place}, ${draft.bind([from, to], 'int[]')}) = 1`);
  },
};

/** "21:30" → minutes since midnight. */
const minutesOf = (clockTime: string): number => Number(clockTime.slice(0, 2)) * 60 + Number(clockTime.slice(3));

export const moment: SqlKind<'moment'> = {
  formula(test, draft) {
    const { usual, others } = byZone(draft.context, (zone) => isMoment(test, draft.context, zone));
    if (others.length === 0) return usual ? yes : no;
    return ofPerson(draft.zoned('p', 'boolean', (zone) => isMoment(test, draft.context, zone)));
  },
  changes: (test, draft) => [{ ofPerson: draft.zoned('p', 'timestamptz', (zone) => momentEnds(test, draft.context, zone)) }],
};

function isMoment(test: MomentTest, context: RuleSqlContext, zone: string): boolean {
  const { now, local } = context;
  // 1970-01-01 was a Thursday.
  const weekday = ((((todayIn(context, zone) + 3) % 7) + 7) % 7) + 1;
  if (test.weekdays && !test.weekdays.includes(weekday)) return false;
  if (!test.hours) return true;
  const minuteNow = Math.floor((now + local.offsetAt(now, zone)) / minute) % 1440;
  const [from, to] = [minutesOf(test.hours.from), minutesOf(test.hours.to)];
  return from < to ? minuteNow >= from && minuteNow < to : minuteNow >= from || minuteNow < to;
}

/** Where clocks go back or forward, hours come twice or not at all; so the day is looked at again when it ends, whatever is asked. */
function momentEnds(test: MomentTest, context: RuleSqlContext, zone: string): Instant {
  const times = test.hours ? [test.hours.from, test.hours.to] : [];
  return Math.min(tomorrowIn(context, zone), ...times.map((time) => context.local.nextLocal(context.now + 1, minutesOf(time), zone)));
}
