import type { PersonState } from '#engine/person.ts';
import { countMemo } from '#engine/rule/memory.ts';
import type { CountTrace } from '#engine/rule/traces.ts';
import type { Database, Row } from '#store/database.ts';
import { pauseMs, restMs } from './definitions.ts';
import type { Mail } from './mail.ts';
import type { Done, Traffic } from './traffic.ts';

/** What is left in the end, in numbers. */
export interface Findings {
  acked: number;
  people: number;
  runs: number;
  mails: number;
  uncertain: number;
  /** Uncertain ones that the mail server has. */
  uncertainArrived: number;
  missing: number;
  duplicates: number;
  /** Sentences about what is not as it must be; at most ten of a kind. */
  wrong: string[];
}

/** Looks at everything that the traffic must have caused, row by row, and says what differs. Nothing may run meanwhile. */
export async function check(db: Database, traffic: Traffic, mail: Mail): Promise<Findings> {
  const wrong = new Complaints();
  const house = await readHouse(db);

  const { missing, doubled } = checkEvents(wrong, house.events, traffic);
  const persons = new Map(house.people.map((row) => [row.user_id as string, row]));
  if (persons.size !== house.people.length) wrong.say('people', 'two people have the same user id');
  const runsOf = Map.groupBy(house.runs, (row) => row.person_id as string);
  const stepsOf = Map.groupBy(house.steps, (row) => row.run_id as string);
  const movesOf = Map.groupBy(house.moves, (row) => row.person_id as string);
  const messagesOf = Map.groupBy(house.messages, (row) => row.person_id as string);
  const consentsOf = Map.groupBy(house.consents, (row) => row.person_id as string);
  const buyers = new Set(house.members.map((row) => row.person_id as string));
  const keys = mail.byKey();
  const byAddress = Map.groupBy(keys.values(), (each) => each.to);
  const losersOf = Map.groupBy(house.mergedInto, (row) => row.merged_into as string);
  let uncertain = 0;
  let uncertainArrived = 0;
  let sentTwice = 0;
  let notSent = 0;

  for (const done of traffic.people) {
    const person = persons.get(done.user);
    if (!person) {
      wrong.say('people', `${done.user} is not there`);
      continue;
    }
    const id = person.person_id as string;
    checkPerson(wrong, done, person, buyers.has(id));
    checkMoves(wrong, done, person, movesOf.get(id) ?? []);
    // Two requests at the same moment may each make somebody of a newcomer: one by the device, one by the user id. They are joined, so there may be more.
    if ((losersOf.get(id)?.length ?? 0) < (done.merged ? 1 : 0))
      wrong.say('merge', `${done.user} took over ${losersOf.get(id)?.length ?? 0} others`);
    const consents = consentsOf.get(id) ?? [];
    if (consents.length !== Math.min(done.signedUp, 1) || consents.some((row) => row.seq !== 0))
      wrong.say('consent', `${done.user} has ${consents.length} lines in the consent ledger`);

    const wanted = done.consents && done.signedUp > 0 ? 1 : 0;
    const runs = runsOf.get(id) ?? [];
    if (runs.length !== wanted) wrong.say('run', `${done.user} has ${runs.length} runs instead of ${wanted}`);
    for (const run of runs) checkRun(wrong, done, run, stepsOf.get(run.run_id) ?? []);

    const messages = messagesOf.get(id) ?? [];
    const arrived = (byAddress.get(done.email) ?? []).reduce((sum, each) => sum + each.times, 0);
    if (arrived > wanted) {
      sentTwice += arrived - wanted;
      wrong.say('mail', `${done.user} got ${arrived} mails instead of ${wanted}`);
    }
    if (messages.length !== wanted) wrong.say('mail', `${done.user} has ${messages.length} messages instead of ${wanted}`);
    if (messages.length < wanted) notSent++;
    for (const message of messages) {
      const times = keys.get(message.message_id)?.times ?? 0;
      if (message.status === 'uncertain') {
        uncertain++;
        if (times > 0) uncertainArrived++;
      } else if (message.status !== 'sent') wrong.say('mail', `the message of ${done.user} is ${message.status} (${message.reason})`);
      if (message.status !== 'uncertain' && times === 0) {
        notSent++;
        wrong.say('mail', `the message of ${done.user} is ${message.status} and never arrived`);
      }
    }
  }
  for (const key of keys.keys())
    if (!house.messages.some((row) => row.message_id === key)) wrong.say('mail', `a mail with the key ${key} belongs to no message`);
  if (house.inbox > 0) wrong.say('inbox', `${house.inbox} facts are left in the inbox`);
  if (house.wakes > 0) wrong.say('wake', `${house.wakes} wakes are overdue`);

  return {
    acked: [...traffic.ledger.values()].filter(Boolean).length,
    people: traffic.people.length,
    runs: house.runs.length,
    mails: mail.count(),
    uncertain,
    uncertainArrived,
    missing: missing + notSent,
    duplicates: doubled + sentTwice,
    wrong: wrong.all(),
  };
}

async function readHouse(db: Database) {
  return db.asOwner(async (tx) => {
    const [inbox] = await tx.query('select count(*) as n from inbox');
    const [wakes] = await tx.query('select count(*) as n from wake where due_at <= now()');
    return {
      events: await tx.query(
        "select body->>'messageId' as id, count(*) as n from event where call in ('identify', 'track', 'page') group by 1",
      ),
      people: await tx.query(
        'select person_id, user_id, email, stage, score, state, traits from person where merged_into is null and user_id is not null',
      ),
      members: await tx.query("select person_id from membership where segment = 'buyers'"),
      moves: await tx.query('select person_id, seq, stage, from_stage, entered_at from stage_history order by person_id, seq'),
      consents: await tx.query('select person_id, seq, state from consent order by person_id, seq'),
      runs: await tx.query("select run_id, person_id, status, step, end_reason, state from run where journey = 'greeting'"),
      steps: await tx.query('select run_id, seq, step, next, at from run_step order by run_id, seq'),
      messages: await tx.query('select message_id, person_id, status, reason, attempts from message'),
      mergedInto: await tx.query('select person_id, merged_into from person where merged_into is not null'),
      inbox: inbox!.n as number,
      wakes: wakes!.n as number,
    };
  });
}

/** Every acknowledged message is there exactly once, and nothing that nobody sent. */
function checkEvents(wrong: Complaints, events: readonly Row[], traffic: Traffic): { missing: number; doubled: number } {
  const stored = new Map(events.map((row) => [row.id as string, row.n as number]));
  let missing = 0;
  let doubled = 0;
  for (const [id, acked] of traffic.ledger) {
    const times = stored.get(id) ?? 0;
    if (times > 1) {
      doubled += times - 1;
      wrong.say('event', `${id} is stored ${times} times`);
    }
    if (times === 0 && acked) {
      missing++;
      wrong.say('event', `${id} was acknowledged and is not there`);
    }
  }
  for (const id of stored.keys()) if (!traffic.ledger.has(id)) wrong.say('event', `${id} was stored and never sent`);
  return { missing, doubled };
}

const nth = (state: PersonState, name: string): number =>
  (
    state.memory[countMemo({ event: name }, { most: 1, horizon: Number.POSITIVE_INFINITY, total: true }, 'UTC').id] as
      | CountTrace
      | undefined
  )?.n ?? 0;

/** Counters, score, segment and stage are those of a single clean delivery. */
function checkPerson(wrong: Complaints, done: Done, person: Row, isBuyer: boolean): void {
  const state = person.state as PersonState;
  for (const [name, times] of [
    ['Ordered', done.ordered],
    ['Page Viewed', done.viewed],
  ] as const)
    if (nth(state, name) !== times) wrong.say('memory', `${done.user} remembers ${nth(state, name)} × ${name} instead of ${times}`);
  const score = (done.ordered >= 1 ? 10 : 0) + (done.ordered >= 2 ? 20 : 0) + (done.viewed >= 3 ? 5 : 0);
  if ((person.score ?? 0) !== score) wrong.say('score', `${done.user} has ${person.score} points instead of ${score}`);
  if (isBuyer !== done.ordered >= 2) wrong.say('segment', `${done.user} ${isBuyer ? 'is' : 'is not'} a buyer after ${done.ordered} orders`);
  if (person.email !== done.email) wrong.say('people', `${done.user} has the address ${person.email}`);
}

/** The stages that were passed, one after another without a gap. */
function checkMoves(wrong: Complaints, done: Done, person: Row, moves: readonly Row[]): void {
  const stages = done.signedUp === 0 ? [] : ['lead', ...(done.ordered >= 1 ? ['customer'] : []), ...(done.ordered >= 3 ? ['regular'] : [])];
  if (moves.map((row) => row.stage).join() !== stages.join() || person.stage !== (stages.at(-1) ?? null))
    wrong.say(
      'stage',
      `${done.user} is in ${person.stage} by ${moves.map((row) => row.stage).join(' → ')} instead of ${stages.join(' → ')}`,
    );
  moves.forEach((move, index) => {
    const before = moves[index - 1];
    if (move.seq !== index || move.from_stage !== (before?.stage ?? null) || (before && move.entered_at <= before.entered_at))
      wrong.say('stage', `the history of ${done.user} has a gap or is out of order at ${move.seq}`);
  });
}

/** The run has ended, it took one step after another, and no wait was too short. */
function checkRun(wrong: Complaints, done: Done, run: Row, steps: readonly Row[]): void {
  if (run.status !== 'ended' || run.end_reason !== 'end: greeted')
    wrong.say('run', `the run of ${done.user} is ${run.status} at ${run.step} (${run.end_reason})`);
  const way = steps.map((row) => row.step).join();
  if (!/^signed-up,hello,pause,rest,which,(thank,)?done$/.test(way)) wrong.say('run', `the run of ${done.user} went ${way}`);
  steps.forEach((step, index) => {
    if (step.seq !== index || step.next !== (steps[index + 1]?.step ?? null))
      wrong.say('run', `step ${step.seq} of ${done.user} leads to ${step.next} instead of ${steps[index + 1]?.step}`);
  });
  const at = (key: string): number => steps.find((row) => row.step === key)?.at ?? Number.NaN;
  if (at('rest') - at('pause') < restMs) wrong.say('timer', `${done.user} rested for ${at('rest') - at('pause')} ms`);
  if (done.ordered === 0 && at('pause') - at('hello') < pauseMs)
    wrong.say('timer', `${done.user} paused for ${at('pause') - at('hello')} ms`);
}

/** Sentences by kind: the first ten of each, and how many more there are. */
class Complaints {
  #kinds = new Map<string, string[]>();

  say(kind: string, sentence: string): void {
    const there = this.#kinds.get(kind);
    if (there) there.push(sentence);
    else this.#kinds.set(kind, [sentence]);
  }

  all(): string[] {
    return [...this.#kinds].flatMap(([kind, list]) =>
      [...list.slice(0, 10), ...(list.length > 10 ? [`… ${list.length - 10} more about ${kind}`] : [])].map(
        (sentence) => `${kind}: ${sentence}`,
      ),
    );
  }
}
