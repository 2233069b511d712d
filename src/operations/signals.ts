import { day, isoOrNull } from '#contract/instant.ts';
import type { SignalAsk, Signals } from '#contract/signals.ts';
import type { Transaction } from '#store/database.ts';
import { countPeopleUpTo, countTraits, listSources, savedTraitCounts } from '#store/fields.ts';
import { changesBySegment, countMembers } from '#store/memberships.ts';
import { countPeople } from '#store/people.ts';
import { peopleByEvent, waysTaken } from '#store/signals.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { countedAtOnce } from './fields.ts';

const waysDays = 90;
const eventsLookedAt = 50_000;
const segmentDays = 400;

/** How many people have what some conditions ask about, when it last came, and which ways were taken from some steps of a journey. */
export const readSignals = (
  deps: Pick<Deps, 'db' | 'now'>,
  workspace: Workspace,
  journey: string,
  asked: { asks: readonly SignalAsk[]; steps: readonly string[] },
): Promise<Signals> =>
  deps.db.transaction({ workspaces: [workspace.id] }, (tx) =>
    signalsWithin(tx, workspace, journey, asked, workspaceNow(workspace, deps.now())),
  );

export async function signalsWithin(
  tx: Transaction,
  workspace: Workspace,
  journey: string,
  { asks, steps }: { asks: readonly SignalAsk[]; steps: readonly string[] },
  now: number,
): Promise<Signals> {
  const of = (kind: SignalAsk['kind']): string[] => asks.filter((ask) => ask.kind === kind).map(({ key }) => key);
  const events = await peopleByEvent(tx, workspace.id, of('event'), now, eventsLookedAt);
  const paths = of('trait');
  const few = (await countPeopleUpTo(tx, workspace.id, countedAtOnce + 1)) <= countedAtOnce;
  const deeper = paths.filter((path) => path.includes('.'));
  const traits =
    paths.length === 0
      ? new Map<string, number>()
      : few
        ? await countTraits(tx, workspace.id, deeper)
        : (await savedTraitCounts(tx, workspace.id)).counts;
  const sources = paths.length === 0 ? [] : await listSources(tx, workspace.id);
  const segments = of('segment');
  const changes =
    segments.length === 0 ? new Map<string, { last: number }>() : await changesBySegment(tx, workspace.id, now - segmentDays * day);
  const found: Signals['asks'] = [];
  for (const { kind, key } of asks) {
    if (kind === 'event') {
      const event = events.get(key);
      found.push({ kind, key, has: event?.people ?? 0, lastAt: isoOrNull(event?.lastAt ?? null) });
    } else if (kind === 'trait') {
      const last = Math.max(...sources.filter((each) => each.path === key).map(({ at }) => at), Number.NEGATIVE_INFINITY);
      found.push({ kind, key, has: traits.get(key) ?? 0, lastAt: isoOrNull(Number.isFinite(last) ? last : null) });
    } else
      found.push({
        kind,
        key,
        has: await countMembers(tx, workspace.id, key),
        lastAt: isoOrNull(changes.get(key)?.last ?? null),
      });
  }
  return {
    people: await countPeople(tx, workspace.id),
    asks: found,
    days: waysDays,
    ways: await waysTaken(tx, workspace.id, journey, steps, now - waysDays * day),
  };
}
