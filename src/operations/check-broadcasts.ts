import type { Instant } from '#contract/instant.ts';
import type { MessageReason } from '#contract/message.ts';
import { takeTurn } from '#engine/broadcast/pace.ts';
import type { Stop } from '#engine/message/circumstances.ts';
import type { Verdict } from '#engine/message/policy.ts';
import { lockToSend, savePace, siblingsOf } from '#store/broadcasts.ts';
import type { Transaction } from '#store/database.ts';
import type { StoredMessage } from '#store/messages.ts';

/** What the last check asks about messages of broadcasts. Their broadcasts stay locked until the claim is written: a pause or an end comes before it or after it. */
export interface BroadcastCheck {
  /** The scopes that are stopped, with that of its broadcast where it is paused. */
  stopped(message: StoredMessage, scopes: ReadonlyMap<string, Stop>): ReadonlyMap<string, Stop>;
  /** Why it is not to be sent any more; null when it is. */
  over(message: StoredMessage): { reason: MessageReason; details: Record<string, unknown> } | null;
  /** A message that may go now, or is held until its turn where the broadcast keeps a pace. */
  inTurn(message: StoredMessage, allowed: Verdict, now: Instant): Verdict;
  /** Keeps the turns that were taken. */
  save(tx: Transaction): Promise<void>;
}

/** A message of which something may have left. */
const arrived = ['sending', 'sent', 'bounced', 'uncertain'];

export async function checkBroadcasts(tx: Transaction, ready: readonly StoredMessage[]): Promise<BroadcastCheck> {
  const ours = ready.flatMap(({ person, broadcast, id }) => (broadcast === null ? [] : [{ person, broadcast, id }]));
  const broadcasts = new Map(
    (await lockToSend(tx, [...new Set(ours.map(({ broadcast }) => broadcast))])).map((broadcast) => [broadcast.id, broadcast]),
  );
  const siblings = Map.groupBy(await siblingsOf(tx, ours), ({ of }) => of);
  const paced = new Set<string>();
  return {
    stopped(message, scopes) {
      const broadcast = message.broadcast === null ? undefined : broadcasts.get(message.broadcast);
      return broadcast?.state === 'paused'
        ? new Map([...scopes, [`broadcast:${broadcast.id}`, { by: broadcast.updatedBy, because: broadcast.reason }]])
        : scopes;
    },
    over(message) {
      const broadcast = message.broadcast === null ? undefined : broadcasts.get(message.broadcast);
      if (broadcast?.state === 'cancelled') return { reason: 'broadcast-cancelled', details: { by: broadcast.updatedBy } };
      const isFirst = (siblings.get(message.id) ?? []).every(
        ({ id, status, details }) =>
          !arrived.includes(status) && details.mayHaveArrivedAt == null && (!['queued', 'held'].includes(status) || message.id < id),
      );
      return isFirst ? null : { reason: 'had-already', details: {} };
    },
    inTurn(message, allowed, now) {
      const broadcast = message.broadcast === null ? undefined : broadcasts.get(message.broadcast);
      const perMinute = broadcast?.plan.perMinute ?? null;
      if (!broadcast || perMinute === null) return allowed;
      const { promisedAt } = message.details;
      const { turn, pace } = takeTurn(broadcast.pace, perMinute, typeof promisedAt === 'number' ? promisedAt : null, now);
      broadcast.pace = pace;
      paced.add(broadcast.id);
      return turn.go ? allowed : { do: 'hold', until: turn.until, reason: 'pace', details: { perMinute, promisedAt: turn.until } };
    },
    async save(tx) {
      for (const id of paced) await savePace(tx, id, broadcasts.get(id)!.pace);
    },
  };
}
