import { standardBreaker, standardLoops } from '#contract/breaker.ts';
import { day, hour, type Instant, minute, ms, second } from '#contract/instant.ts';
import { breakerName } from '#contract/stop.ts';
import { sayCircle } from '#engine/journey/loop.ts';
import { brokenVolume, trips, type Tripped } from '#engine/message/breaker.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import { countLockedSince, countOutcomes, countsSince, largestHour, listLocks } from '#store/breaker.ts';
import { findBroadcast } from '#store/broadcasts.ts';
import type { Transaction } from '#store/database.ts';
import { stoppedScopes } from '#store/kill-switches.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import { pauseBroadcast } from './broadcasts.ts';
import type { Deps } from './deps.ts';
import { stopScope, tellOfStop } from './stop.ts';

/**
 * What stops by itself: a journey, a broadcast or a channel whose messages go wrong more often than chance explains, a journey that writes far more than it usually
 * does, and journeys that lead many people round. A colleague lets it go on; from then on it counts anew.
 */

/** A workspace is looked at so often at most while messages go out [ms], and anyway after so long: somebody may have died between a result and a look. */
const everyAtMost = 3 * second;
const everyAtLeast = 5 * minute;
/** Looking takes at most this share of the time. */
const shareOfTime = 0.05;

interface Looked {
  /** Something was settled or answered since the last look. */
  isDue: boolean;
  at: Instant;
  next: Instant;
}

/** Looks at each workspace soon after something became of its messages. It hears of that for as long as there is the bus. */
export class Breaker {
  private readonly deps: Deps;
  private readonly looked = new Map<number, Looked>();

  constructor(deps: Deps) {
    this.deps = deps;
    deps.bus.onChange((workspace, topics) => {
      const looked = this.looked.get(workspace);
      if (looked && topics.some((topic) => topic === 'messages' || topic === 'events')) looked.isDue = true;
    });
  }

  /** Answers whether anything was stopped. */
  async round(): Promise<boolean> {
    let any = false;
    for (const workspace of await this.deps.workspaces.all()) {
      const now = this.deps.now();
      const looked = this.looked.get(workspace.id);
      if (looked && now < (looked.isDue ? looked.next : looked.at + everyAtLeast)) continue;
      // What is settled while it is looked at is looked at the next time.
      const mine: Looked = { isDue: false, at: now, next: now + everyAtMost };
      this.looked.set(workspace.id, mine);
      const began = performance.now();
      any = (await breakOff(this.deps, workspace)) || any;
      mine.next = now + Math.max(everyAtMost, (performance.now() - began) / shareOfTime);
    }
    return any;
  }
}

/** Looks at what became of the messages of a workspace, and stops what has to be stopped; answers whether anything was. */
export async function breakOff(deps: Deps, workspace: Workspace): Promise<boolean> {
  const now = workspaceNow(workspace, deps.now());
  const { found, book } = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const book = await deps.rulebooks.current(tx, workspace.id);
    const stopped = new Set((await stoppedScopes(tx, [workspace.id])).get(workspace.id)?.keys());
    return {
      book,
      found: [...(await wrongMessages(tx, workspace, book, stopped, now)), ...(await rounds(tx, workspace, book, stopped, now))],
    };
  });
  let any = false;
  for (const each of found) any = (await trip(deps, workspace, book, each, now)) || any;
  return any;
}

async function wrongMessages(
  tx: Transaction,
  workspace: Workspace,
  book: Rulebook,
  stopped: ReadonlySet<string>,
  now: Instant,
): Promise<Tripped[]> {
  const breaker = book.capPolicy ? book.capPolicy.body.breaker : standardBreaker;
  if (breaker === null) return [];
  const sources = await countOutcomes(tx, workspace.id, now - Math.max(ms(breaker.within), hour), now);
  const broken = trips(breaker, sources, stopped);
  const out = new Set([...stopped, ...broken.map(({ scope }) => scope)]);
  const hours = Map.groupBy(sources, ({ journey }) => journey);
  for (const [journey, parts] of hours) {
    const scope = `journey:${journey}`;
    const lastHour = parts.reduce((sum, part) => sum + part.lastHour, 0);
    if (journey === null || out.has(scope) || breaker.volume === null || lastHour < breaker.volume.least) continue;
    const because = brokenVolume(breaker, lastHour, await usualOf(tx, workspace, journey, now));
    if (because !== null) broken.push({ scope, because });
  }
  return broken;
}

/** How long a journey has to have been writing before it has a usual [ms]: the first days of a new one say nothing. */
const knownFor = 3 * day;

/** The largest hour of a journey in 14 days, the one that is looked at left out; 0 while it has no usual. What a colleague let go on belongs to it. */
async function usualOf(tx: Transaction, workspace: Workspace, journey: string, now: Instant): Promise<number> {
  const since = (await countsSince(tx, workspace.id, `journey:${journey}`)) ?? 0;
  const usual = await largestHour(tx, workspace.id, journey, now - 14 * day, Math.max(now - hour, since));
  return usual === null || usual.first > now - knownFor ? 0 : usual.messages;
}

/** Journeys that lead so many people round that they are stopped for everybody. */
async function rounds(
  tx: Transaction,
  workspace: Workspace,
  book: Rulebook,
  stopped: ReadonlySet<string>,
  now: Instant,
): Promise<Tripped[]> {
  const { people: most } = book.capPolicy?.body.loops ?? standardLoops;
  const locked = (await countLockedSince(tx, workspace.id, now - hour)).filter(
    ({ journey, people }) => people >= most && !stopped.has(`journey:${journey}`),
  );
  if (locked.length === 0) return [];
  const circles = await listLocks(tx, workspace.id);
  return locked.map(({ journey, people }) => {
    const circle = circles.find(({ journeys }) => journeys.includes(journey))?.journeys ?? [journey];
    return {
      scope: `journey:${journey}`,
      because: `${sayCircle(circle.map((key) => nameOf(book, key)))}, with ${people} people in an hour`,
    };
  });
}

const nameOf = (book: Rulebook, journey: string): string => book.journeys.get(journey)?.body.name ?? journey;

const channelNames: Record<string, string> = { email: 'E-mail', webhook: 'Webhooks', sms: 'SMS', push: 'Push' };

async function trip(deps: Deps, workspace: Workspace, book: Rulebook, { scope, because }: Tripped, now: Instant): Promise<boolean> {
  const [kind, key = ''] = scope.split(/:(.*)/s);
  if (kind === 'broadcast') return tripBroadcast(deps, workspace, key, because);
  const what = kind === 'channel' ? (channelNames[key] ?? key) : `“${nameOf(book, key)}”`;
  const isNew = await deps.db.transaction({ workspaces: [workspace.id] }, (tx) =>
    stopScope(tx, workspace, scope, breakerName, `${what}: ${because}`, now),
  );
  if (isNew) {
    deps.log.warn({ workspace: workspace.id, scope, because }, 'the breaker stopped sending');
    tellOfStop(deps, workspace);
  }
  return isNew;
}

async function tripBroadcast(deps: Deps, workspace: Workspace, id: string, because: string): Promise<boolean> {
  const broadcast = await deps.db.transaction({ workspaces: [workspace.id] }, (tx) => findBroadcast(tx, workspace.id, id));
  if (!broadcast || !['freezing', 'running'].includes(broadcast.state)) return false;
  await pauseBroadcast(deps, workspace, breakerName, id, `“${broadcast.plan.name}”: ${because}`);
  deps.log.warn({ workspace: workspace.id, broadcast: id, because }, 'the breaker paused a broadcast');
  return true;
}
