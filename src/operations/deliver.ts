import type { Channel, Handover, Outgoing } from '#channels/channel.ts';
import { type Instant, minute, ms, second } from '#contract/instant.ts';
import { isObject, type Json, type JsonObject } from '#contract/json.ts';
import { HeaderRefused } from '#engine/message/header.ts';
import { utmOf } from '#engine/message/links.ts';
import { RenderFailed } from '#engine/message/liquid.ts';
import type { Candidate } from '#engine/message/circumstances.ts';
import { betterOf, decideMessage, policyReasons, type Verdict } from '#engine/message/policy.ts';
import { endedBy } from '#engine/journey/advance.ts';
import { endsMessages } from '#engine/journey/run.ts';
import { addressOf } from '#engine/person.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import type { Transaction } from '#store/database.ts';
import { eventsSince, loadEvents, type StoredEvent } from '#store/events.ts';
import { type InboxEntry, lockLanes, peopleWithFacts } from '#store/inbox.ts';
import { claimBeforeStops, stoppedScopes } from '#store/kill-switches.ts';
import {
  changeMessages,
  dueMessages,
  findSuppressions,
  type MessageChange,
  mayHaveArrivedAt,
  rivalsOf,
  type StoredMessage,
} from '#store/messages.ts';
import { loadPeople, type StoredPerson } from '#store/people.ts';
import { loadRuns, type StoredRun } from '#store/runs.ts';
import { loadWorkspaces, type Workspace, workspaceNow } from '#store/workspaces.ts';
import { checkBroadcasts } from './check-broadcasts.ts';
import { policyPast } from './circumstances.ts';
import type { Deps } from './deps.ts';
import { faultWait, sayFault } from './fault.ts';
import { depthMax, factId, storable, tooDeep } from './ingest/normalise.ts';
import type { Ledger } from './ledger.ts';
import type { Links } from './links.ts';
import { askedWith, hashAddress, toOccurrence, toPerson } from './rows.ts';
import { type Draft, writeMessage } from './write-message.ts';

/** What sending needs beyond the rest. */
export interface SendingDeps extends Deps {
  links: Links;
  ledger: Ledger;
  sender: () => number;
  webhookSecret: string;
  /** The way out for a message: the built-in mailbox for practice workspaces and where no mail server is set. */
  channelFor: (message: Pick<StoredMessage, 'channel'>, workspace: Workspace) => Channel | null;
}

const claimedAtOnce = 256;
/** [ms] For so long a check counts: behind a slow server, the night may have begun since, or the time that the message had may be over. */
const checkedFor = 15 * second;

export interface Delivered {
  claimed: number;
  /** Messages that were due and got a "not yet" or a "no". */
  decided: number;
}

/**
 * Delivers what is due in some lanes: claims it after one last check in a transaction that holds the lanes, hands it over, and settles it. Answers when
 * everything it claimed is settled.
 */
export function deliverLanes(deps: SendingDeps, lanes: readonly number[]): Promise<Delivered> {
  return deps.ledger.withHand(async (hand) => {
    const { drafts, decided, workspaces } = await claim(deps, lanes, hand);
    deps.failpoint('deliver.claimed');
    const groups = new Map<Channel | null, Draft[]>();
    for (const draft of drafts) {
      const channel = deps.channelFor(draft.message, workspaces.get(draft.workspace)!);
      groups.set(channel, [...(groups.get(channel) ?? []), draft]);
    }
    await Promise.all([...groups].map(([channel, group]) => handOverAll(deps, channel, group)));
    for (const id of new Set(drafts.map((draft) => draft.workspace))) deps.bus.changed(id, ['messages', 'mailbox']);
    return { claimed: drafts.length, decided };
  });
}

async function handOverAll(deps: SendingDeps, channel: Channel | null, drafts: Draft[]): Promise<void> {
  const queue = drafts.values();
  const take = async (): Promise<void> => {
    for (const draft of queue) await handOver(deps, channel, draft);
  };
  // As many at once as the channel takes; an error of ours in one leaves it claimed, to be found by the check on what nobody has in hand.
  const outcomes = await Promise.allSettled(Array.from({ length: Math.min(channel?.concurrency ?? 1, drafts.length) }, take));
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') deps.log.error({ error: String(outcome.reason) }, 'a hand-over failed on our side');
}

async function handOver(deps: SendingDeps, channel: Channel | null, draft: Draft): Promise<void> {
  const { message } = draft;
  const started = deps.now();
  if (message.clock === 0 && started - message.claimedAt! > checkedFor)
    return deps.ledger.settle(
      changeOf(message, { status: 'queued', claimedAt: mayHaveArrivedAt(message), attempts: message.attempts - 1 }),
      [],
    );
  let outgoing: Outgoing;
  try {
    if (!channel) throw new RenderFailed(`no channel ${message.channel} is set up`);
    outgoing = writeMessage(draft, deps.links, deps.webhookSecret);
  } catch (error) {
    if (!(error instanceof RenderFailed) && !(error instanceof HeaderRefused)) throw error;
    const change = changeOf(message, {
      status: 'skipped',
      reason: 'render-failed',
      claimedAt: mayHaveArrivedAt(message),
      details: { ...message.details, because: error.message },
    });
    return deps.ledger.settle(change, answerFact(draft, change, null, deps.now()));
  }
  const handover = await channel.send(outgoing, () => deps.ledger.begin({ person: draft.person.id, id: message.id }));
  deps.failpoint('deliver.handed');
  if (handover.result === 'disowned') return;
  const ended = deps.now();
  const change = settleAs(
    message,
    handover,
    channel,
    'subject' in outgoing ? outgoing.subject : null,
    message.clock === 0 ? ended : draft.now,
  );
  await deps.ledger.settle(change, [...bounceFact(draft, handover, ended), ...answerFact(draft, change, handover, ended)]);
  if (handover.result === 'sent')
    deps.lags.add('claimedToSent', ended - (message.clock === 0 ? (message.claimedAt ?? started) : started), ended);
}

const changeOf = (message: StoredMessage, change: Partial<MessageChange>): MessageChange => ({
  person: message.person,
  id: message.id,
  status: message.status,
  reason: message.reason,
  details: message.details,
  dueAt: message.dueAt,
  sender: null,
  claimedAt: message.claimedAt,
  attempts: message.attempts,
  sentAt: message.sentAt,
  subject: message.subject,
  answer: message.answer,
  ...change,
});

/** Waits between attempts: RFC 5321 §4.5.4.1 advises half an hour at least after the first ones. */
const retryAfter = ['PT1M', 'PT5M', 'PT30M', 'PT1H', 'PT2H', 'PT4H'].map(ms);

function settleAs(
  message: StoredMessage,
  handover: Exclude<Handover, { result: 'disowned' }>,
  channel: Channel,
  subject: string | null,
  at: Instant,
): MessageChange {
  const { answer } = handover;
  switch (handover.result) {
    case 'sent': {
      // What was said in it may be a secret, a link to set a password; it is needed no longer.
      const { data: _, ...details } = message.details;
      return changeOf(message, { status: 'sent', reason: null, sentAt: at, subject, answer, details });
    }
    case 'refused': {
      const reason = handover.about === 'address' ? 'refused-address' : 'refused-policy';
      return changeOf(message, {
        ...(handover.about === 'address' ? { status: 'bounced' } : { status: 'failed', claimedAt: mayHaveArrivedAt(message) }),
        reason,
        subject,
        answer,
        sentAt: null,
        details: { ...message.details, answer },
      });
    }
    case 'uncertain':
      if (!channel.idempotent) return changeOf(message, { status: 'uncertain', reason: 'uncertain', subject, answer });
      return later({ ...message, details: { ...message.details, mayHaveArrivedAt: message.claimedAt } }, null, answer, at);
    case 'later':
      return later(message, handover.retryAt, answer, at);
  }
}

function later(message: StoredMessage, retryAt: Instant | null, answer: string, at: Instant): MessageChange {
  const dueAt = retryAt ?? at + retryAfter[Math.min(message.attempts - 1, retryAfter.length - 1)]!;
  const claimedAt = mayHaveArrivedAt(message);
  const change = { answer, details: { ...message.details, answer }, claimedAt };
  if (dueAt < message.expiresAt) return changeOf(message, { ...change, status: 'held', reason: 'try-later', dueAt });
  return changeOf(message, {
    ...change,
    ...(claimedAt === null ? { status: 'failed', reason: 'gave-up' } : { status: 'uncertain', reason: 'uncertain' }),
  });
}

/** A refused address comes back round the ring as a fact, and stops further mail to it. */
function bounceFact(draft: Draft, handover: Handover, at: Instant): InboxEntry[] {
  if (handover.result !== 'refused' || handover.about !== 'address') return [];
  const { message } = draft;
  const messageId = `bounce:${message.id}`;
  const when = message.clock === 0 ? at : draft.now;
  return [
    {
      workspace: draft.workspace,
      person: message.person,
      class: 'live',
      fact: {
        kind: 'event',
        call: 'track',
        name: 'Email Bounced',
        id: factId(draft.workspace, messageId),
        messageId,
        at: when,
        acceptedAt: when,
        source: { trust: 'trusted', by: 'channel', entryPoint: null },
        properties: { messageId: message.id, permanent: true, answer: handover.answer },
        envelope: {},
      },
    },
  ];
}

/** What another system said comes back to the run that waits for it; so does that it will not say anything any more. */
function answerFact(draft: Draft, change: MessageChange, handover: Handover | null, at: Instant): InboxEntry[] {
  const { message } = draft;
  if (message.details.asks !== true || message.run === null || change.status === 'held') return [];
  const ok = change.status === 'sent';
  const messageId = `answer:${message.id}`;
  const when = message.clock === 0 ? at : draft.now;
  const because = typeof change.details.because === 'string' ? change.details.because : (change.answer ?? change.status);
  return [
    {
      workspace: draft.workspace,
      person: message.person,
      class: 'live',
      fact: {
        kind: 'answer',
        id: factId(draft.workspace, messageId),
        messageId,
        at: when,
        acceptedAt: when,
        source: { trust: 'trusted', by: 'channel', entryPoint: null },
        run: message.run,
        step: message.step ?? '',
        ok,
        says: `${ok ? 'answered' : 'failed'}: ${because}`.slice(0, 200),
        body: handover?.result === 'sent' ? readBody(handover.body ?? '') : {},
      },
    },
  ];
}

/** The properties of an answer: of a JSON object its own, of anything else the text. */
function readBody(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    if (isObject(value) && !tooDeep(value as Json, depthMax)) return storable(value as Json) as JsonObject;
  } catch {
    // Not JSON: the text itself is the answer.
  }
  return text.trim() === '' ? {} : { text: text.slice(0, 1_000) };
}

async function claim(
  deps: SendingDeps,
  lanes: readonly number[],
  hand: Set<string>,
): Promise<{ drafts: Draft[]; decided: number; workspaces: Map<number, Workspace> }> {
  const ids = await deps.workspaces.ids();
  const clocks = await deps.workspaces.clocks();
  return deps.db.transaction({ workspaces: ids }, async (tx) => {
    const none = { drafts: [], decided: 0, workspaces: new Map() };
    const locked = await lockLanes(tx, lanes);
    if (locked.length === 0) return none;
    const due = await dueMessages(tx, locked, clocks, claimedAtOnce);
    if (due.length === 0) return none;
    // A person with facts in the inbox may just have bought or unsubscribed: those are heard first.
    const waiting = await peopleWithFacts(tx, locked, [...new Set(due.map((message) => message.person))]);
    const ready = due.filter((message) => !waiting.has(message.person));
    if (ready.length === 0) return none;
    // A sender that has just lost its lock has no number; under none nothing can be claimed.
    const sender = deps.sender();
    return sender === 0 ? none : decideDue(deps, tx, ready, ids, { sender, hand });
  });
}

async function decideDue(
  deps: SendingDeps,
  tx: Transaction,
  ready: readonly StoredMessage[],
  ids: readonly number[],
  { sender, hand }: { sender: number; hand: Set<string> },
): Promise<{ drafts: Draft[]; decided: number; workspaces: Map<number, Workspace> }> {
  const real = deps.now();
  await claimBeforeStops(tx, [...new Set(ready.map((message) => message.workspace))]);
  const [workspaceList, peopleList, runList, stopped] = await Promise.all([
    loadWorkspaces(tx, ids),
    loadPeople(tx, [...new Set(ready.map((message) => message.person))]),
    loadRuns(
      tx,
      ready.filter((message) => message.run !== null).map((message) => ({ person: message.person, run: message.run! })),
    ),
    stoppedScopes(tx, ids, [...new Set(ready.map((message) => message.person))]),
  ]);
  const workspaces = new Map(workspaceList.map((workspace) => [workspace.id, workspace]));
  const people = new Map(peopleList.map((person) => [person.id, person]));
  const runs = new Map(runList.map((run) => [run.id, run]));
  const books = new Map<number, Awaited<ReturnType<typeof deps.rulebooks.at>>>();
  for (const id of new Set(ready.map((message) => message.workspace)))
    books.set(id, await deps.rulebooks.at(tx, id, workspaces.get(id)!.revision));
  const earliest = Math.min(...ready.map((message) => workspaceNow(workspaces.get(message.workspace)!, real)));
  const past = await policyPast(tx, books, [...people.keys()], earliest);
  const suppressed = await findSuppressions(
    tx,
    ready.flatMap((message) => suppressionKey(message, people.get(message.person))),
  );

  const overtaken = await overtakenRuns(tx, ready, runs, books);
  const better = await betterOnes(tx, ready, books);
  const broadcasts = await checkBroadcasts(tx, ready);

  const changes: MessageChange[] = [];
  const going: { message: StoredMessage; person: StoredPerson; now: Instant }[] = [];
  for (const message of ready) {
    const workspace = workspaces.get(message.workspace)!;
    const book = books.get(message.workspace)!;
    const now = workspaceNow(workspace, real);
    const stored = people.get(message.person);
    const run = message.run === null ? null : runs.get(message.run);
    if (!stored) {
      changes.push(changeOf(message, { status: 'skipped', reason: 'erased' }));
      continue;
    }
    const person = toPerson(stored);
    // One that may have arrived is tried again: it does not stand against itself.
    const history = (past.sent.get(message.person) ?? []).filter((each) => each.message !== message.id);
    const [key] = suppressionKey(message, stored);
    const allowed = judge(
      deps,
      message,
      () =>
        decideMessage(
          {
            channel: message.channel,
            topic: message.topic,
            purpose: message.purpose,
            journey: message.journey,
            expiresAt: message.expiresAt,
            ...askedWith(message.details),
            runEnded: overtaken.get(message.id) ?? run?.endReason ?? null,
            betterFrom: better.get(message.id) ?? null,
            broadcast: message.broadcast,
            over: broadcasts.over(message),
          },
          {
            person,
            policy: book.capPolicy?.body ?? null,
            workspaceZone: workspace.settings.zone,
            sent: history,
            events: past.events.get(message.person) ?? [],
            offers: book.offers,
            suppressed: (key && suppressed.get(`${key.workspace}/${key.channel}/${key.addressHash}`)) || null,
            stopped: broadcasts.stopped(message, stopped.get(message.workspace) ?? new Map()),
          },
          now,
        ),
      now,
    );
    const verdict = allowed.do === 'send' ? broadcasts.inTurn(message, allowed, now) : allowed;
    changes.push(applyVerdict(message, verdict, sender, now, book.capPolicy?.version ?? null));
    if (verdict.do !== 'send') continue;
    hand.add(message.id);
    const { details } = changes.at(-1)!;
    going.push({ message: { ...message, details, claimedAt: now, attempts: message.attempts + 1 }, person: stored, now });
    if (message.purpose === 'marketing')
      past.sent.set(message.person, [
        ...history,
        {
          person: message.person,
          message: message.id,
          workspace: message.workspace,
          journey: message.journey,
          version: message.version,
          at: now,
          channel: message.channel,
          topic: message.topic,
          offer: askedWith(message.details).offer,
          taken: null,
        },
      ]);
  }
  await changeMessages(tx, changes);
  await broadcasts.save(tx);
  deps.failpoint('deliver.claiming');

  const events = new Map(
    (
      await loadEvents(
        tx,
        going.filter((each) => each.message.evidence !== null).map((each) => ({ person: each.message.person, id: each.message.evidence! })),
      )
    ).map((event) => [event.id, event]),
  );
  const drafts: Draft[] = [];
  for (const { message, person, now } of going) {
    const workspace = workspaces.get(message.workspace)!;
    const book = books.get(message.workspace)!;
    const template = await deps.rulebooks.template(tx, book, message.template, message.templateVersion);
    drafts.push({
      message,
      person,
      settings: workspace.settings,
      workspace: workspace.id,
      template,
      event: (message.evidence && events.get(message.evidence)) as StoredEvent | null,
      data: isObject(message.details.data) ? (message.details.data as JsonObject) : null,
      topicName: book.topics.get(message.topic)?.body.name ?? message.topic,
      utm: utmOf(message.journey === null ? undefined : book.versions.get(`${message.journey}@${message.version}`), message.channel),
      now,
    });
  }
  return { drafts, decided: changes.length - going.length, workspaces };
}

/**
 * A run can reach its last step while its last mail is still held, by quiet hours or a cap. What would have ended it counts all the same: a goal or an exit that
 * happened since the mail was asked for. Answers message → the end that it would have had.
 */
async function overtakenRuns(
  tx: Transaction,
  ready: readonly StoredMessage[],
  runs: ReadonlyMap<string, StoredRun>,
  books: ReadonlyMap<number, Rulebook>,
): Promise<Map<string, string>> {
  const doubtful = ready.flatMap((message) => {
    const run = message.run === null ? undefined : runs.get(message.run);
    const journey = run && books.get(message.workspace)?.versions.get(`${run.journey}@${run.version}`);
    return run?.status === 'ended' && journey && !endsMessages(run.endReason) && (journey.goal !== null || journey.exits.length > 0)
      ? [{ message, journey }]
      : [];
  });
  if (doubtful.length === 0) return new Map();
  const names = new Set(
    doubtful.flatMap(({ journey }) => [
      ...(journey.body.goal ? [journey.body.goal.on.event] : []),
      ...journey.body.exits.map((exit) => exit.on.event),
    ]),
  );
  const events = Map.groupBy(
    await eventsSince(
      tx,
      [...new Set(doubtful.map(({ message }) => message.person))],
      [...names],
      Math.min(...doubtful.map(({ message }) => message.createdAt)),
    ),
    (event) => event.person,
  );
  const overtaken = new Map<string, string>();
  for (const { message, journey } of doubtful) {
    for (const event of events.get(message.person) ?? []) {
      if (event.happenedAt < message.createdAt || overtaken.has(message.id)) continue;
      const end = endedBy(journey, toOccurrence(event));
      if (end !== null) overtaken.set(message.id, end);
    }
  }
  return overtaken;
}

/** Message → the journey whose message takes its place, of those that waited and asked that the best of them be sent. */
async function betterOnes(
  tx: Transaction,
  ready: readonly StoredMessage[],
  books: ReadonlyMap<number, Rulebook>,
): Promise<Map<string, string>> {
  const mine = ready.filter((message) => askedWith(message.details).ifHeld === 'best' && message.status === 'held');
  const better = new Map<string, string>();
  if (mine.length === 0) return better;
  const rivals = Map.groupBy(await rivalsOf(tx, [...new Set(mine.map(({ person }) => person))]), ({ person }) => person);
  for (const message of mine) {
    const journeys = books.get(message.workspace)?.journeys;
    const best = betterOf(
      { ...message, handedAt: null },
      rivals.get(message.person) ?? [],
      (journey) => journeys?.get(journey ?? '')?.body.priority ?? 0,
    );
    if (best) better.set(message.id, best.journey ?? '');
  }
  return better;
}

const suppressionKey = (
  message: StoredMessage,
  person: StoredPerson | undefined,
): { workspace: number; channel: string; addressHash: string }[] => {
  const address = person ? addressOf(toPerson(person), message.channel) : null;
  return address === null ? [] : [{ workspace: message.workspace, channel: message.channel, addressHash: hashAddress(address) }];
};

/** Asks for a verdict; a fault of ours about one message does not hold up the others. Nothing of it has left then. */
function judge(deps: Deps, message: StoredMessage, ask: () => Verdict, now: Instant): Verdict {
  try {
    return ask();
  } catch (error) {
    deps.log.error({ message: message.id, error: sayFault(error) }, 'the last check of a message failed; it is held');
    return { do: 'hold', until: now + faultWait, reason: 'fault', details: {} };
  }
}

function applyVerdict(message: StoredMessage, verdict: Verdict, sender: number, now: Instant, policy: number | null): MessageChange {
  // What let it through at night, and by which policy it was held, says nothing of the next attempt.
  const { answersWithin: _, policy: __, ...kept } = message.details;
  if (verdict.do === 'send')
    return changeOf(message, {
      status: 'sending',
      reason: null,
      details: { ...kept, ...verdict.details },
      sender,
      claimedAt: now,
      attempts: message.attempts + 1,
    });
  const by: JsonObject = policyReasons.has(verdict.reason) && policy !== null ? { policy } : {};
  const details = { ...kept, ...(verdict.details as JsonObject), ...by, decidedAt: now };
  if (verdict.do === 'skip') return changeOf(message, { status: 'skipped', reason: verdict.reason, details });
  return changeOf(message, { status: 'held', reason: verdict.reason, details, dueAt: verdict.until });
}
