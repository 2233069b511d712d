import type { Fact } from '#contract/fact.ts';
import { day, type Instant, minute } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import { linkFollowed } from '#engine/decide.ts';
import { chanceOf } from '#engine/practice/random.ts';
import {
  type Arrival,
  type Did,
  type Donor,
  habitOf,
  type Learned,
  stands,
  stepOf,
  type Told,
  windowsOf,
} from '#engine/rehearsal/future.ts';
import type { Answered } from '#engine/rehearsal/live.ts';
import { firstPerson, runTimesOfLanes, stagesOfLanes } from '#store/lives.ts';
import type { Workspace } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { habitAt, type Kept, keptOfLanes, lanesInTurn, doneBy } from './lives.ts';
import type { RehearsalSpec } from './rehearsal-spec.ts';

/** Reads off the past how people behave: what those did who stood somehow, who came, and what was done with messages. */

/** Windows of the past that are looked at: all of them tell how many come, the last ones what those do who are there, for who is there changes while a workspace grows. */
const windowsMax = 8;
const lastWindows = 2;
/** Facts that are kept of those who are there, and as many of those who come. */
const factsMax = 60_000;
/** Answers to messages that are kept of a step, and of a channel. */
const answersMax = 400;
/** What is done with a message is done within this time, nearly always; one that went out later has not been answered in full. */
const answersCome = 4 * day;
/** [ms] A visit ends with a rest of this length, as web analytics reckon it. */
const rest = 30 * minute;

export async function learn(
  deps: Deps,
  workspace: Workspace,
  spec: RehearsalSpec,
  people: number,
  onLanes: () => Promise<void>,
): Promise<Learned> {
  const now = spec.from;
  const long = spec.until - spec.from;
  const since = await deps.db.transaction({ workspaces: [workspace.id] }, (tx) => firstPerson(tx, workspace.id, now));
  const windows = windowsOf(now, long, since, windowsMax);
  const lately = windows.at(lastWindows - 1) ?? Number.NEGATIVE_INFINITY;
  const learned: Learned = { windows: windows.length, donors: [], alike: {}, arrived: 0, arrivals: [], answers: {} };
  const [there, come] = [new Sample<{ stood: string[]; donor: Donor }>(), new Sample<Arrival>()];
  for (const lanes of lanesInTurn(people)) {
    const { kept, stages, runs } = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => ({
      kept: await keptOfLanes(tx, workspace.id, lanes, now),
      stages: await stagesOfLanes(tx, workspace.id, lanes),
      runs: await runTimesOfLanes(tx, workspace.id, lanes),
    }));
    for (const given of kept) {
      const each = withVisits(given);
      const { id, entryPoint } = given.person;
      const first = each.facts[0]?.acceptedAt ?? now;
      for (const begins of windows) {
        if (first >= begins + long) continue;
        const donor = donorOf(each, begins, long, now);
        const chance = chanceOf('donor', spec.seed, id, begins)();
        if (first >= begins) {
          // Nothing is kept of them that could be told again.
          if (donor.did.length === 0) continue;
          learned.arrived += 1;
          come.add({ entryPoint, ...donor }, donor.did.length, chance);
          continue;
        }
        if (begins < lately) continue;
        const stage = stages.get(id)?.findLast(({ at }) => at <= begins)?.to ?? null;
        const inside = (runs.get(id) ?? []).filter(
          ({ enteredAt, endedAt }) => enteredAt <= begins && (endedAt === null || endedAt > begins),
        );
        const stood = stands({ stage, runs: inside, ...doneBy(given, begins) }, begins);
        there.add({ stood, donor }, 1 + donor.did.length, chance);
      }
      learnAnswers(learned, each, lately, now);
    }
    await onLanes();
  }
  learned.arrivals = come.list();
  for (const { stood, donor } of there.list()) {
    const place = learned.donors.push(donor) - 1;
    for (const way of stood) {
      learned.alike[way] ??= [];
      learned.alike[way].push(place);
    }
  }
  return learned;
}

/** So many of many that there is room for them; who stays, is chance alone. */
class Sample<T> {
  private kept: { one: T; size: number; chance: number }[] = [];
  private size = 0;
  private share = 1;

  add(one: T, size: number, chance: number): void {
    if (chance >= this.share) return;
    this.kept.push({ one, size, chance });
    this.size += size;
    while (this.size > factsMax && this.kept.length > 1) {
      this.share /= 2;
      this.kept = this.kept.filter((each) => each.chance < this.share);
      this.size = this.kept.reduce((sum, each) => sum + each.size, 0);
    }
  }
  list = (): T[] => this.kept.map(({ one }) => one);
}

/** What somebody did in a window. What they did in it with messages of before is done in any case. */
function donorOf({ facts, answers }: Kept, begins: Instant, long: number, now: Instant): Donor {
  const later = answers.filter(({ sentAt }) => sentAt >= begins && sentAt < Math.min(begins + long, now - answersCome));
  const before = answers.filter(({ sentAt }) => sentAt < begins);
  const did = [facts, ...before.map((answer) => answer.facts)]
    .flat()
    .filter(({ acceptedAt }) => acceptedAt >= begins && acceptedAt < begins + long);
  const donor: Donor = { did: told(did, begins).sort((a, b) => a.after - b.after), answers: {} };
  for (const { journey, step, sentAt, facts } of later.sort((a, b) => a.sentAt - b.sentAt)) {
    if (journey === null) continue;
    donor.answers[stepOf(journey, step)] ??= [];
    donor.answers[stepOf(journey, step)]!.push(told(facts, sentAt));
  }
  return donor;
}

function learnAnswers(learned: Learned, { answers, sentOut }: Kept, lately: Instant, now: Instant): void {
  const channels = new Map(sentOut.map(({ id, channel }) => [id, channel]));
  for (const { id, journey, step, sentAt, facts } of answers) {
    if (sentAt < lately || sentAt > now - answersCome || journey === null) continue;
    const list = told(facts, sentAt);
    const about = stepOf(journey, step);
    for (const likeness of [`${about} ${habitOf(habitAt(answers, sentAt))}`, about, journey, channels.get(id)!]) {
      learned.answers[likeness] ??= [];
      if (learned.answers[likeness].length < answersMax) learned.answers[likeness].push(list);
    }
  }
}

/**
 * The visit that begins with a link of a message belongs to what was done with the message, and is not done by itself: whatever follows the link without a longer rest. So more
 * messages lead to more visits.
 */
function withVisits(kept: Kept): Kept {
  const { facts, answers } = kept;
  const followed = answers.flatMap((answer) => answer.facts.filter(isFollowed).map((fact) => ({ answer, at: fact.acceptedAt })));
  if (followed.length === 0) return kept;
  followed.sort((a, b) => a.at - b.at);
  const visits = new Map<Answered, Fact[]>();
  const own: Fact[] = [];
  let visit: { answer: Answered; until: Instant } | null = null;
  let next = 0;
  for (const fact of facts) {
    for (; next < followed.length && followed[next]!.at <= fact.acceptedAt; next++)
      visit = { answer: followed[next]!.answer, until: followed[next]!.at + rest };
    if (visit === null || fact.acceptedAt > visit.until) {
      own.push(fact);
      continue;
    }
    visit.until = fact.acceptedAt + rest;
    visits.set(visit.answer, [...(visits.get(visit.answer) ?? []), fact]);
  }
  return {
    ...kept,
    facts: own,
    answers: answers.map((answer) => ({ ...answer, facts: [...answer.facts, ...(visits.get(answer) ?? [])] })),
  };
}
/** A person followed a link; a scanner that follows them all visits nothing. */
const isFollowed = (fact: Fact): boolean =>
  fact.kind === 'event' && (fact.name === linkFollowed || (fact.name === 'Email Link Clicked' && fact.properties.actor !== 'machine'));

/** What is told again of facts, as long after an instant as they were. */
const told = (facts: readonly Fact[], since: Instant): Did[] =>
  facts.flatMap((fact) => {
    const what = fact.acceptedAt < since ? null : toTold(fact);
    return what === null ? [] : [{ after: fact.acceptedAt - since, fact: what }];
  });

/** What is told again of a fact; null of what colleagues and other systems did, who are not there. */
function toTold(fact: Fact): Told | null {
  switch (fact.kind) {
    case 'event':
    case 'identify': {
      const { id: _id, messageId: _message, at: _at, acceptedAt: _accepted, source, envelope, ...rest } = fact;
      return { ...rest, envelope: shown(envelope), by: source.by };
    }
    case 'consent':
      return { kind: 'consent', changes: fact.changes };
    case 'enter':
      return { kind: 'enter', journey: fact.journey, entry: fact.entry };
    default:
      return null;
  }
}
/** Of what came along, what rules can ask about: where somebody was and what led them there. */
function shown(envelope: JsonObject): JsonObject {
  const { context } = envelope;
  return context === undefined ? {} : { context };
}
