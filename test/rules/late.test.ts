import { expect, test } from 'vitest';
import { conditionsOf, type Rule } from '#contract/rule.ts';
import { Segment } from '#contract/definition-bodies.ts';
import type { Fact } from '#contract/fact.ts';
import { hour } from '#contract/instant.ts';
import { decide, type Given } from '#engine/decide.ts';
import { chanceOf, pick } from '#engine/practice/random.ts';
import { addMemo, type Memo, remember } from '#engine/rule/memory.ts';
import { never } from '#engine/rule/question.ts';
import { memosOf } from '#engine/rule/rule.ts';
import { sayRule } from '#engine/rule/say.ts';
import { compileRulebook } from '#engine/rulebook.ts';
import { stableId } from '#engine/stable-id.ts';
import { drawCondition, drawPerson } from './draw.ts';

/**
 * What comes late is remembered as if it had come in time: random histories are taken in a random order, one fact after the other, and the answer is the
 * one that all of it in order gives. RULES_SEED tells another seed, RULES_LATE another number of cases.
 */

const seed = process.env.RULES_SEED ?? 'late';
const cases = Number(process.env.RULES_LATE ?? 2_400);
const kinds = ['event', 'measure', 'sequence', 'trend'] as const;

test('whatever the order in which facts arrive, a rule about the past answers alike', () => {
  const tally = Object.fromEntries(kinds.map((kind) => [kind, { cases: 0, held: 0, late: 0, anew: 0 }]));
  for (let nth = 0; nth < cases; nth++) {
    const kind = kinds[nth % kinds.length]!;
    const chance = chanceOf(`${seed}/${nth}`);
    const now = Date.UTC(2026, 2, 29, 10, 15);
    let ids = 0;
    const { person, past } = drawPerson(chance, () => stableId(seed, nth, ids++), now);
    const rule = drawCondition(chance, kind, now) as Rule;
    const body = Segment.parse({ name: 'Asked', rule });
    const book = compileRulebook(1, 1, [{ kind: 'segment', key: 'asked', version: 1, body }], [], 'Europe/Berlin');
    const arrivals = past
      .map((event) => ({ event, place: chance() < 0.6 ? event.at : event.at + chance() * 200 * 24 * hour }))
      .sort((a, b) => a.place - b.place)
      .map(({ event }) => event);
    const counted = tally[kind]!;
    counted.cases++;
    if (arrivals.some((event, at) => at > 0 && event.at < arrivals[at - 1]!.at)) counted.late++;

    // All at this instant: when something was accepted changes nothing about what a rule remembers of it.
    let stands: Pick<Given, 'person' | 'runs'> = { person: { ...person, state: { ...person.state, segments: {}, revision: 1 } }, runs: [] };
    const arrived: typeof past = [];
    for (const event of arrivals) {
      const source = { trust: 'public', entryPoint: 'website', key: 'write' };
      const told = { messageId: event.id, acceptedAt: now, source, kind: 'event', call: 'track', envelope: {} };
      const given = { ...stands, facts: [{ ...told, ...event } as unknown as Fact], wokenAt: null, isNew: false };
      let decision = decide(given, book, now);
      if (decision.needsHistory) {
        counted.anew++;
        decision = decide({ ...given, history: arrived.toSorted((a, b) => a.at - b.at) }, book, now);
      }
      arrived.push(event);
      stands = decision;
    }

    const memos = new Map<string, Memo>();
    for (const memo of memosOf(rule, 'Europe/Berlin')) addMemo(memos, memo);
    const inOrder = { ...stands.person, state: { ...stands.person.state, memory: remember(memos.values(), past) } };
    const held = book.segments[0]!.holds({ person: inOrder, now, changesAt: never });
    if (held) counted.held++;
    const asked = past.some(({ name }) => book.segments[0]!.reads.has(`event:${name}`));
    if (asked && held !== 'asked' in stands.person.state.segments)
      throw new Error(
        `seed ${seed}, case ${nth}: in order ${held}, as it came ${!held}: ${sayRule(rule)} ${JSON.stringify(conditionsOf(rule))}`,
      );
  }
  console.info(`seed ${seed}, ${cases} cases`);
  console.table(tally);
  for (const kind of kinds) {
    expect(tally[kind]!.late, kind).toBeGreaterThan(tally[kind]!.cases / 5);
    expect(tally[kind]!.held, kind).toBeGreaterThan(cases / 400);
  }
  expect(tally.sequence!.anew).toBeGreaterThan(cases / 60);
});
