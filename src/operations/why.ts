import { type Instant, isoOrNull, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import { Problem } from '#contract/problems.ts';
import type { Why } from '#contract/routes/people.ts';
import { sayEnd } from '#engine/journey/run.ts';
import { isRecycle, sayStall } from '#engine/lifecycle/stall.ts';
import { ownerIs } from '#engine/journey/steps/assign.ts';
import { sayStep, sayWaiting } from '#engine/journey/steps/index.ts';
import { sayTrigger } from '#engine/journey/trigger.ts';
import { sayInstant } from '#engine/local-time.ts';
import type { Person } from '#engine/person.ts';
import { explainRule, partsOf } from '#engine/rule/explain.ts';
import { never } from '#engine/rule/question.ts';
import { sayMatch } from '#engine/rule/words.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import { type LedgerLine, signed } from '#engine/score/score.ts';
import type { Transaction } from '#store/database.ts';
import { eventsAt, loadEvents, type StoredEvent } from '#store/events.ts';
import { consentsOf, decisionsOf, movesOf, type StoredDecision } from '#store/histories.ts';
import { findMessage } from '#store/messages.ts';
import type { StoredPerson } from '#store/people.ts';
import { runsOfPerson, stepsOfPerson, stepsOfRun } from '#store/runs.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { findPerson } from './edit-person.ts';
import { remembering } from './remember.ts';
import { ledgerOf } from './scores.ts';
import { toPerson } from './rows.ts';
import { askedBy, decidedByHand, nameOfBroadcast, sayAsked, sayByHand, sayMessage } from './say-message.ts';

type Ground = Why['because'][number];
interface Asked {
  deps: Deps;
  tx: Transaction;
  workspace: Workspace;
  person: StoredPerson;
  book: Rulebook;
  now: Instant;
  /** The zone in which the answer speaks of times. */
  zone: string;
}

/** Answers why something was decided, or not decided, about a person: one sentence, and the rules with the events that they saw. */
export async function why(deps: Deps, workspace: Workspace, id: string, about: string): Promise<Why> {
  const person = await findPerson(deps, workspace, id);
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const book = await deps.rulebooks.current(tx, workspace.id);
    const asked: Asked = {
      deps,
      tx,
      workspace,
      person,
      book,
      now: workspaceNow(workspace, deps.now()),
      zone: person.zone ?? workspace.settings.zone,
    };
    const [what, key = ''] = about.split(/:(.*)/s);
    switch (what) {
      case 'message':
        return whyMessage(asked, key);
      case 'journey':
        return whyJourney(asked, key);
      case 'segment':
        return whySegment(asked, key);
      case 'score':
        return whyScore(asked, key);
      case 'stage':
        return whyStage(asked);
      default:
        return whyOwner(asked);
    }
  });
}

const evidenceOf = (event: StoredEvent): Ground['evidence'][number] => ({ id: event.id, what: event.name, at: toIso(event.happenedAt) });

async function evidence({ tx, person }: Asked, ids: readonly (string | null)[]): Promise<Ground['evidence']> {
  const wanted = ids.filter((id) => id !== null);
  const found = new Map(
    (
      await loadEvents(
        tx,
        wanted.map((id) => ({ person: person.id, id })),
      )
    ).map((event) => [event.id, event]),
  );
  return wanted.map((id) => {
    const event = found.get(id);
    return event ? evidenceOf(event) : { id, what: 'evidence that is no longer kept', at: null };
  });
}

async function whyMessage(asked: Asked, id: string): Promise<Why> {
  const { tx, workspace, person, zone } = asked;
  const message = /^[0-9a-f-]{36}$/i.test(id) ? await findMessage(tx, workspace.id, id) : null;
  if (!message || message.person !== person.id) throw new Problem('message-unknown', { id });
  const because: Ground[] = [];
  if (message.journey !== null) {
    const journey = asked.book.versions.get(`${message.journey}@${message.version}`);
    const step = journey?.body.steps.find((each) => each.key === message.step);
    because.push({
      rule: step ? `${journey?.body.name}: ${sayStep(step)}` : `the journey ${message.journey} asked for it`,
      version: message.version,
      held: true,
      evidence: await evidence(asked, [message.evidence]),
    });
  }
  if (message.broadcast !== null)
    because.push({
      rule: `the broadcast “${nameOfBroadcast(message)}”: they belonged to its audience when it was frozen`,
      version: null,
      held: true,
      evidence: [],
    });
  if (askedBy(message) !== null) because.push({ rule: sayAsked(message), version: null, held: true, evidence: [] });
  const granted = (await consentsOf(tx, person.id)).filter((row) => row.change.purpose === message.purpose && row.tookEffect);
  if (message.purpose === 'marketing')
    because.push({
      rule: `consent to ${message.purpose} on ${message.channel}`,
      version: null,
      held: message.reason !== 'no-consent' && message.reason !== 'consent-withdrawn',
      evidence: granted
        .slice(0, 3)
        .map((row) => ({ id: row.evidence, what: `${row.change.state} by ${row.change.method}`, at: toIso(row.at) })),
    });
  for (const decision of decidedByHand(message))
    because.push({
      rule: sayByHand(decision),
      version: null,
      held: true,
      evidence: [{ id: '', what: `until then ${decision.was}`, at: decision.at }],
    });
  if (message.reason !== null)
    because.push({
      rule: sayMessage(message, zone, asked.book).replace(/\.$/, ''),
      version: typeof message.details.policy === 'number' ? message.details.policy : null,
      held: false,
      evidence: [],
    });
  return {
    answer: sayMessage(message, zone, asked.book),
    decided: message.status,
    at: isoOrNull(message.sentAt ?? (typeof message.details.decidedAt === 'number' ? message.details.decidedAt : message.createdAt)),
    because,
  };
}

/** The rules that a decision went by. */
const groundsOf = (asked: Asked, { because }: StoredDecision): Promise<Ground[]> =>
  Promise.all(
    because.map(async ({ rule, version, held, evidence: ids }) => ({ rule, version, held, evidence: await evidence(asked, ids) })),
  );

/** Why nothing moves on by itself for somebody. */
function sayStandstill({ state: { paused, stopped } }: Person): string[] {
  if (stopped) return [`Nothing moves on: ${stopped.by} stopped everything for this person (${stopped.reason}).`];
  return paused ? [`Nothing moves on: ${paused.by} has taken over (${paused.reason}).`] : [];
}

async function whyJourney(asked: Asked, key: string): Promise<Why> {
  const { tx, person, book, zone } = asked;
  const journey = book.journeys.get(key);
  const runs = (await runsOfPerson(tx, person.id)).filter((run) => run.journey === key);
  const [refusal] = await decisionsOf(tx, person.id, asked.now, 1, `journey:${key}`);
  const run = runs.find(({ status }) => status === 'live') ?? runs[0];
  const refused = refusal === undefined ? [] : await groundsOf(asked, refusal);
  if (!journey && !run) throw new Problem('definition-unknown', { kind: 'journey', key });
  if (run && (run.status === 'live' || !refusal || refusal.at < run.endedAt!)) {
    const version = book.versions.get(`${key}@${run.version}`);
    const entry = version?.entries.find((each) => each.step.key === (run.state.entry ?? version.entries[0]!.step.key))?.step;
    const because: Ground[] = [
      {
        rule: entry ? sayStep(entry) : 'the entry held',
        version: run.version,
        held: true,
        evidence: await evidence(asked, [run.entryEvidence]),
      },
    ];
    if (run.status === 'live') {
      const step = version?.body.steps.find((each) => each.key === run.step);
      if (step) because.push({ rule: sayStep(step), version: run.version, held: true, evidence: [] });
      const since = (await stepsOfRun(tx, person.id, run.id)).at(-1)?.at ?? run.enteredAt;
      const until = run.state.wait?.until ?? null;
      const waits = step ? sayWaiting(step, until === null ? null : sayInstant(until, zone)) : '';
      // Why they did not enter once more meanwhile is told besides.
      const again = refusal && refusal.at >= run.enteredAt ? refusal : null;
      return {
        answer: [
          `Under way since ${sayInstant(run.enteredAt, zone)}: now at “${step ? sayStep(step) : run.step}” since ${sayInstant(since, zone)}${waits}.`,
          ...(step?.kind === 'hand-over' ? [] : sayStandstill(toPerson(person))),
          ...(again ? [again.answer] : []),
        ].join(' '),
        decided: 'entered',
        at: toIso(run.enteredAt),
        because: again ? [...because, ...refused] : because,
      };
    }
    if (run.endEvidence)
      because.push({
        rule: sayEnd(run.endReason ?? ''),
        version: run.version,
        held: true,
        evidence: await evidence(asked, [run.endEvidence]),
      });
    return {
      answer: `Entered on ${sayInstant(run.enteredAt, zone)} and ended on ${sayInstant(run.endedAt!, zone)}: ${sayEnd(run.endReason ?? '')}.`,
      decided: 'ended',
      at: toIso(run.endedAt!),
      because,
    };
  }
  if (refusal)
    return {
      answer: refusal.answer,
      decided: refusal.decided,
      at: toIso(refusal.at),
      because: refused,
    };
  const { entries, version } = journey!;
  return {
    answer: `Not entered: nothing of this has happened since the journey was published: ${entries.map(({ step }) => sayTrigger(step.on)).join('; ')}.`,
    decided: 'not entered',
    at: null,
    because: entries.map(({ step }) => ({ rule: sayStep(step), version, held: false, evidence: [] })),
  };
}

/** Finds the events that were seen: what is remembered keeps when something happened and not its id. One that is no longer kept, or was no event, has none. */
async function idsOf({ tx, person }: Asked, saw: readonly { what: string; at: Instant | null }[]) {
  const instants = saw.flatMap(({ at }) => (at === null ? [] : [at]));
  const events = await eventsAt(tx, person.id, instants);
  return ({ what, at }: { what: string; at: Instant | null }): string =>
    events.find((event) => event.happenedAt === at && what.includes(event.name))?.id ?? '';
}

async function whySegment(asked: Asked, key: string): Promise<Why> {
  const { tx, workspace, person: stored, book, now, zone } = asked;
  const segment = book.segments.find((each) => each.key === key);
  if (!segment) throw new Problem('definition-unknown', { kind: 'segment', key });
  const person = toPerson(await remembering(tx, workspace, book, stored, now));
  const { state } = person;
  const since = state.segments[key];
  const parts = segment.rule
    ? explainRule(segment.rule, book.context, person, now)
    : [{ rule: 'a colleague put them on the list', held: since !== undefined, saw: [], depth: 0 }];
  // A group is told by those of its parts that made it so.
  const told = partsOf(parts).map((part) => {
    const within = parts.slice(parts.indexOf(part) + 1);
    const end = within.findIndex(({ depth }) => depth === 0);
    return { part, saw: [part, ...within.slice(0, end < 0 ? undefined : end)].flatMap(({ saw }) => saw) };
  });
  const idOf = await idsOf(
    asked,
    told.flatMap(({ saw }) => saw),
  );
  const because = told.map(({ part, saw }) => ({
    rule: part.rule,
    version: segment.version,
    held: part.held,
    evidence: saw.map((each) => ({ id: idOf(each), what: each.what, at: isoOrNull(each.at) })),
  }));
  const failing = because.filter((part) => !part.held).map((part) => part.rule);
  return since === undefined
    ? { answer: `Not in ${segment.name}: ${failing.join(' and ') || 'its rule'} does not hold.`, decided: 'out', at: null, because }
    : {
        answer: `In ${segment.name} since ${sayInstant(since, zone)}: ${because
          .filter((part) => part.held)
          .map((part) => part.rule)
          .join(' and ')}.`,
        decided: 'in',
        at: toIso(since),
        because,
      };
}

async function whyScore(asked: Asked, key: string): Promise<Why> {
  const { tx, workspace, person, book, now } = asked;
  const score = book.scores.find((each) => each.key === key);
  if (!score) throw new Problem('definition-unknown', { kind: 'score', key });
  const question = { person: toPerson(await remembering(tx, workspace, book, person, now)), now, changesAt: never };
  const value = score.valueAt(question);
  const lines = await ledgerOf(tx, score, question);
  const earned = lines.map(({ event, at }) => ({ what: event ?? '', at }));
  const idOf = await idsOf(asked, earned);
  return {
    answer: `${score.body.name} is ${value}: ${lines.length > 0 ? lines.map(sayLine).join(', ') : 'nothing counts yet'}.`,
    decided: String(value),
    at: null,
    because: lines.map((line, nth) => ({
      rule: sayLine(line),
      version: score.version,
      held: true,
      evidence:
        line.at === null ? [] : [{ id: idOf(earned[nth]!), what: earned[nth]!.what || `${signed(line.points)} then`, at: toIso(line.at) }],
    })),
  };
}

const sayLine = (line: LedgerLine): string => `${signed(line.worth)} ${line.because}`;

async function whyStage(asked: Asked): Promise<Why> {
  const { tx, person, book, now, zone } = asked;
  const [move] = await movesOf(tx, person.id);
  const [refusal] = await decisionsOf(tx, person.id, now, 1, 'stage');
  const name = (key: string | null): string => (key === null ? 'no stage' : (book.lifecycle?.stages.get(key)?.name ?? key));
  if (!move) {
    const first =
      book.lifecycle?.body.stages.filter((stage) => stage.first).flatMap((stage) => stage.entry.map((entry) => sayMatch(entry.on))) ?? [];
    return {
      answer:
        refusal?.answer ?? `In no stage: ${first.length > 0 ? `none of ${first.join(', ')} has happened` : 'no lifecycle is published'}.`,
      decided: 'no stage',
      at: null,
      because: (refusal?.because ?? []).map((line) => ({ ...line, evidence: [] })),
    };
  }
  const seen = await evidence(asked, [move.evidence]);
  const stood = isRecycle(move) ? await stoodStill(asked, move.evidence) : null;
  const ground = move.override
    ? `${move.actor} moved them by hand: ${move.reason}`
    : stood
      ? `they were recycled, ${move.reason}`
      : move.actor.startsWith('journey:')
        ? `the journey ${move.actor.slice(8)} moved them`
        : move.actor === 'entry-point'
          ? `they ${move.reason}`
          : `${seen[0]?.what ?? 'an event'} is the evidence`;
  return {
    answer: `${name(move.to)} since ${sayInstant(move.at, zone)}, from ${name(move.from)}: ${ground}.`,
    decided: move.to,
    at: toIso(move.at),
    because: [
      {
        rule: move.override
          ? `override by ${move.actor}: ${move.reason}`
          : stood
            ? `whoever stands still in ${name(move.from)} is recycled to ${name(move.to)}`
            : `${name(move.from)} → ${name(move.to)}`,
        version: book.lifecycle?.version ?? null,
        held: true,
        evidence: stood ?? seen,
      },
      ...(refusal && refusal.at > move.at ? refusal.because.map((line) => ({ ...line, evidence: [] })) : []),
    ],
  };
}

/** What was seen of somebody who was recycled: since when they stood still, and each sign that did not come. */
async function stoodStill(asked: Asked, id: string): Promise<Ground['evidence']> {
  const [event] = await loadEvents(asked.tx, [{ person: asked.person.id, id }]);
  if (!event) return evidence(asked, [id]);
  return sayStall((event.body.properties ?? {}) as JsonObject).map(({ what, at }) => ({ id, what, at: isoOrNull(at) }));
}

async function whyOwner(asked: Asked): Promise<Why> {
  const { person, book, zone } = asked;
  const stageName = (key: string): string => book.lifecycle?.stages.get(key)?.name ?? key;
  if (person.owner === null) {
    const why =
      person.stage === null
        ? 'they are in no stage and came in without an owner'
        : `no entry point or journey named one, nor did the stage ${stageName(person.stage)}`;
    return {
      answer: `Nobody owns this person: ${why}.`,
      decided: 'nobody',
      at: null,
      because: [
        {
          rule: 'the owner comes from the entry point, from a journey, or from the first stage that has one',
          version: book.lifecycle?.version ?? null,
          held: false,
          evidence: [],
        },
      ],
    };
  }
  const told = await whoNamed(asked, person.owner);
  const from = told?.from ?? 'what named them is not kept, or names somebody else by now';
  return {
    answer: `${person.owner}${told ? ` since ${sayInstant(told.at, zone)}` : ''}: ${from}.`,
    decided: person.owner,
    at: isoOrNull(told?.at),
    because: [{ rule: from, version: null, held: told !== null, evidence: told?.evidence ?? [] }],
  };
}

/** The latest journey that says so; an entry point or a stage names somebody only where nobody is named. */
async function whoNamed(asked: Asked, owner: string): Promise<{ at: Instant; from: string; evidence: Ground['evidence'] } | null> {
  const { tx, person, book, now } = asked;
  const step = (await stepsOfPerson(tx, person.id, now, 1_000)).find(({ because }) => because === ownerIs(owner));
  if (step) return { at: step.at, from: `the journey ${step.journey} assigned them`, evidence: await evidence(asked, [step.evidence]) };
  const entryPoint = book.entryPoints.get(person.entryPoint)?.body;
  if (entryPoint?.owner === owner) return { at: person.createdAt, from: `the entry point ${entryPoint.name} names them`, evidence: [] };
  const move = (await movesOf(tx, person.id))
    .filter(({ to }) => book.lifecycle?.stages.get(to)?.owner === owner)
    .sort((a, b) => a.at - b.at)[0];
  return move
    ? {
        at: move.at,
        from: `the stage ${book.lifecycle?.stages.get(move.to)?.name} names them`,
        evidence: await evidence(asked, [move.evidence]),
      }
    : null;
}
