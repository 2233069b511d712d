import type { Lifecycle, Stage, Stall } from '#contract/definition-bodies.ts';
import type { StageMove } from '#contract/history.ts';
import { type Instant, isoOrNull, ms, sayDuration, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { Mistake } from '#contract/problems.ts';
import type { Person } from '../person.ts';
import { explainRule } from '../rule/explain.ts';
import type { Occurrence } from '../rule/match.ts';
import type { Sighting } from '../rule/kind.ts';
import { type CompiledRule, mayChangeAt, type Question, type RuleContext } from '../rule/question.ts';
import { compileRule, readsOf } from '../rule/rule.ts';
import { stableId } from '../stable-id.ts';
import { recycledEvent } from '../written-events.ts';

/**
 * Moving on in a stage: somebody comes into it, and a while later has stalled, unless a sign says that they move. Then they are recycled, at that instant: a move with a
 * reason, and an event that is its evidence and is counted like any other. While a human has taken over, or everything is stopped for them, nobody has stalled;
 * the time begins anew when they are given back.
 */
export interface CompiledStall {
  stage: string;
  body: Stall;
  /** [ms] */
  after: number;
  unless: CompiledRule;
  reads: Set<string>;
}

/** Who moves people that stalled, as their history names it. */
export const recycleActor = 'recycle';
export const isRecycle = ({ actor, override }: Pick<StageMove, 'actor' | 'override'>): boolean => actor === recycleActor && !override;

export const compileStall = (stage: string, body: Stall, context: RuleContext): CompiledStall => ({
  stage,
  body,
  after: ms(body.after),
  unless: body.unless ? compileRule(body.unless, context) : () => false,
  reads: new Set(['stage', ...(body.unless ? readsOf(body.unless) : [])]),
});

/** Since when it counts that somebody stands where they stand. */
const stillSince = ({ stageSince, state }: Person): Instant => Math.max(stageSince!, state.released ?? stageSince!);

/** The stall that a person has come to; the question learns when that may become another answer. */
export function stallOf(stalls: ReadonlyMap<string, CompiledStall>, question: Question): CompiledStall | null {
  const { person, now } = question;
  const stall = person.stage === null ? undefined : stalls.get(person.stage);
  if (!stall || person.stageSince === null || person.erasedAt !== null || person.state.paused || person.state.stopped) return null;
  const dueAt = stillSince(person) + stall.after;
  mayChangeAt(question, dueAt);
  return now < dueAt || stall.unless(question) ? null : stall;
}

/** What happened to somebody who is recycled, with what was seen of them until then. */
export function recycled(
  { stage, body }: CompiledStall,
  person: Person,
  context: RuleContext,
  at: Instant,
): Occurrence & { properties: JsonObject } {
  const parts = body.unless ? explainRule(body.unless, context, person, at) : [];
  return {
    id: stableId('recycled', person.id, stage, person.stageSince!, at),
    name: recycledEvent,
    at,
    properties: {
      from: stage,
      to: body.to,
      reason: body.reason,
      after: body.after,
      since: toIso(stillSince(person)),
      lastSeenAt: isoOrNull(person.lastSeenAt),
      saw: [...new Set(parts.flatMap(({ saw }) => saw.map(({ what }) => what)))].slice(0, 20),
    },
  };
}

/** What was seen of somebody who was recycled, a line each, from the event that says so. */
export function sayStall({ after, since, lastSeenAt, saw }: JsonObject): Sighting[] {
  const at = (text: unknown): Instant | null => (typeof text === 'string' ? Date.parse(text) : null);
  const signs = Array.isArray(saw) ? saw.filter((each) => typeof each === 'string') : [];
  return [
    { what: `stood still for ${sayDuration(String(after))}, since`, at: at(since) },
    ...signs.map((what) => ({ what, at: null })),
    { what: lastSeenAt === null ? 'never seen by themselves' : 'last seen', at: at(lastSeenAt) },
  ];
}

/** Stalls that would move nobody, or would move people for ever. */
export function stallMistakes({ stages }: Lifecycle): Mistake[] {
  const byKey = new Map(stages.map((stage) => [stage.key, stage]));
  const called = (key: string): string => `“${byKey.get(key)?.name ?? key}”`;
  const ways = ({ next }: Stage): string =>
    next.length === 0 ? 'from there nobody moves on: add a stage to its next' : `choose one of ${next.map(called).join(', ')}`;
  const seenRings = new Set<string>();
  return stages.flatMap((stage, index): Mistake[] => {
    if (!stage.stall) return [];
    const path = `stages.${index}.stall.to`;
    const { to } = stage.stall;
    const target = byKey.get(to);
    if (!target)
      return [
        {
          path,
          message: `whoever stalls in “${stage.name}” would be recycled to "${to}", and there is no such stage`,
          mend: upper(ways(stage)),
        },
      ];
    if (to === stage.key)
      return [{ path, message: `whoever stalls in “${stage.name}” would be recycled to where they stand`, mend: upper(ways(stage)) }];
    if (!stage.next.includes(to))
      return [
        {
          path,
          message: `whoever stalls in “${stage.name}” would be recycled to “${target.name}”, and the lifecycle has no way from there to it`,
          mend: `Add ${to} to the next of “${stage.name}”, or ${ways(stage)}.`,
        },
      ];
    if (target.requires.length > 0)
      return [
        {
          path,
          message: `“${target.name}” requires ${target.requires.join(', ')}, and whoever stalls in “${stage.name}” may lack it`,
          mend: `Recycle people to a stage that requires nothing, or let “${target.name}” require nothing.`,
        },
      ];
    const ring = ringFrom(stage.key, byKey);
    if (!ring || seenRings.has([...ring].sort().join())) return [];
    seenRings.add([...ring].sort().join());
    return [
      {
        path,
        message: `somebody who does nothing would be recycled round and round: ${[...ring, stage.key].map(called).join(' → ')}`,
        mend: 'Let one of these stages keep whoever stands still: take its stall away.',
      },
    ];
  });
}

/** The stages that stalling alone leads through until it is back. */
function ringFrom(start: string, byKey: ReadonlyMap<string, Stage>): string[] | null {
  const ring: string[] = [];
  for (let key = start; !ring.includes(key); ) {
    ring.push(key);
    const to = byKey.get(key)?.stall?.to;
    if (to === undefined) return null;
    if (to === start) return ring;
    key = to;
  }
  return null;
}

const upper = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;
