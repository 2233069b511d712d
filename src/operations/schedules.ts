import type { Instant } from '#contract/instant.ts';
import { nextDue } from '#engine/journey/trigger.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import type { Transaction } from '#store/database.ts';
import { laneOf } from '#store/identities.ts';
import { appendToInbox } from '#store/inbox.ts';
import { holdingPeople } from '#store/rule-sql/rule-sql.ts';
import { moveSchedule, saveSchedules, takeDueSchedule } from '#store/schedules.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { factId } from './ingest/normalise.ts';
import { ruleSqlContextFor } from './rule-sql-context.ts';

/** People who are sent in by one transaction. */
const peopleAtOnce = 2_000;

/** Called in the transaction that publishes: a schedule that is new or another one is due for the first time after it. */
export const keepSchedules = (tx: Transaction, workspace: Workspace, book: Rulebook, now: Instant): Promise<void> =>
  saveSchedules(
    tx,
    workspace.id,
    book.schedules.map(({ journey, entry, on }) => ({
      journey,
      entry,
      spec: JSON.stringify([on, book.context.zone]),
      dueAt: nextDue(on, now, book.context.zone),
    })),
  );

/** Sends people in by the schedules that are due, in every workspace whose clock runs. Answers whether there may be more right away. */
export async function scheduleRound(deps: Deps): Promise<boolean> {
  let sent = false;
  for (const workspace of await deps.workspaces.all())
    if (workspace.clock === null || workspace.clock.running) sent = (await sendInByScheduleOf(deps, workspace)) || sent;
  return sent;
}

/**
 * Sends in the next people for whom the rule of a due schedule holds. Of days on which nobody worked, the last one is made up for, and those before it are passed
 * over: nobody wants five newsletters on the morning after an outage.
 */
export async function sendInByScheduleOf(deps: Deps, workspace: Workspace): Promise<boolean> {
  const now = workspaceNow(workspace, deps.now());
  const lanes = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const due = await takeDueSchedule(tx, workspace.id, now);
    if (due === null) return null;
    const book = await deps.rulebooks.current(tx, workspace.id);
    const schedule = book.schedules.find((each) => each.journey === due.journey && each.entry === due.entry);
    if (!schedule) {
      await keepSchedules(tx, workspace, book, now);
      return [];
    }
    const { zone } = book.context;
    let { dueAt } = due;
    if (due.through === null)
      for (let next = nextDue(schedule.on, dueAt, zone); next <= now; next = nextDue(schedule.on, next, zone)) dueAt = next;
    const people = await holdingPeople(tx, schedule.when, await ruleSqlContextFor(tx, workspace, book, now, schedule.when), {
      limit: peopleAtOnce,
      cursor: due.through ?? undefined,
    });
    await appendToInbox(
      tx,
      people.map((person) => {
        const messageId = `schedule:${due.journey}:${due.entry}:${dueAt}:${person}`;
        const fact = {
          kind: 'enter' as const,
          id: factId(workspace.id, messageId),
          messageId,
          at: dueAt,
          acceptedAt: now,
          source: { trust: 'trusted' as const, by: 'schedule', entryPoint: null },
          journey: due.journey,
          entry: due.entry,
          actor: 'the schedule',
        };
        return { workspace: workspace.id, person, class: 'live' as const, fact };
      }),
    );
    const isDone = people.length < peopleAtOnce;
    await moveSchedule(
      tx,
      isDone ? { ...due, dueAt: nextDue(schedule.on, dueAt, zone), through: null } : { ...due, dueAt, through: people.at(-1)! },
    );
    return people.map(laneOf);
  });
  if (lanes === null) return false;
  if (lanes.length > 0) deps.bus.pokeWork(lanes);
  return true;
}
