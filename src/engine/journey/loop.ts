import type { LoopBudget } from '#contract/breaker.ts';
import { type Instant, ms, sayDuration } from '#contract/instant.ts';

/**
 * How automation led here since something last came from outside: journey → how often it was gone into on the way, once or more than once (2). What an outside event, a
 * colleague or a clock begins has an empty one, so a journey that is entered again and again from outside never comes round.
 */
export type Chain = Readonly<Record<string, 1 | 2>>;

/** What follows from a run of a journey that was itself led to. */
export const led = (chain: Chain, journey: string): Chain => ({ ...chain, [journey]: journey in chain ? 2 : 1 });

/** Several ways that led to the same thing. */
export function joined(chains: readonly Chain[]): Chain {
  const all: Record<string, 1 | 2> = {};
  for (const chain of chains)
    for (const [journey, times] of Object.entries(chain)) all[journey] = Math.max(all[journey] ?? 1, times) as 1 | 2;
  return all;
}

/** The journeys that lead to each other. */
export const circleIn = (chain: Chain): string[] =>
  Object.keys(chain)
    .filter((journey) => chain[journey] === 2)
    .sort();

/**
 * Whether a chain leads into a journey that it has led into before: a turn. The first return is none: what waits in it for something from outside would begin
 * a chain of its own.
 */
export const isTurn = (chain: Chain | null, journey: string): boolean => chain?.[journey] === 2;

/** The turns that still count, oldest first; at most as many as the budget has. */
export const turnsWithin = (turns: readonly Instant[], budget: LoopBudget, now: Instant): Instant[] =>
  turns.filter((at) => at > now - ms(budget.within)).slice(-budget.turns);

/** "“Warm up” and “Cool down” led to each other again and again". */
export function sayCircle(names: readonly string[]): string {
  const quoted = names.map((name) => `“${name}”`);
  return quoted.length < 2
    ? `${quoted.join('')} led back to itself again and again`
    : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)} led to each other again and again`;
}

export const sayBudget = ({ turns, within }: LoopBudget): string => `${turns} ${turns === 1 ? 'time' : 'times'} in ${sayDuration(within)}`;
