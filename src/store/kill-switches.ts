import { type Instant, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import type { MessageReason } from '#contract/message.ts';
import type { Queryable } from './database.ts';

export interface StoredKillSwitch {
  scope: string;
  stoppedAt: Instant;
  by: string;
  reason: string;
}

export async function listKillSwitches(tx: Queryable, workspace: number): Promise<StoredKillSwitch[]> {
  const rows = await tx.query('select scope, stopped_at, by, reason from kill_switch where workspace_id = $1 order by scope', [workspace]);
  return rows.map((row) => ({ scope: row.scope, stoppedAt: row.stopped_at, by: row.by, reason: row.reason }));
}

/** What is stopped, for several workspaces at once: workspace → scope → who stopped it and why. Of what is stopped for people, only for those who are named. */
export async function stoppedScopes(
  tx: Queryable,
  workspaces: readonly number[],
  people: readonly string[] = [],
): Promise<Map<number, Map<string, { by: string; because: string }>>> {
  const rows = await tx.query(
    `select workspace_id, scope, by, reason from kill_switch where workspace_id = any($1::int[]) and scope not like 'person:%'
     union all select workspace_id, scope, by, reason from kill_switch where workspace_id = any($1::int[]) and scope = any($2::text[])`,
    [[...workspaces], people.map(personScope)],
  );
  const stopped = new Map<number, Map<string, { by: string; because: string }>>();
  for (const { workspace_id: id, scope, by, reason } of rows)
    stopped.set(id, (stopped.get(id) ?? new Map()).set(scope, { by, because: reason }));
  return stopped;
}

export const personScope = (person: string): string => `person:${person}`;

/** Whoever stops something in these workspaces waits until this transaction is over, and then sees what it claimed. */
export const claimBeforeStops = (tx: Queryable, workspaces: readonly number[]): Promise<unknown> =>
  tx.query('select workspace_id from workspace where workspace_id = any($1::int[]) order by workspace_id for key share', [[...workspaces]]);

/** Waits for claims that are under way, and lets none begin before this transaction is over. Whoever waits for lanes as well takes them before. */
export const waitForClaims = (tx: Queryable, workspace: number): Promise<unknown> =>
  tx.query('select workspace_id from workspace where workspace_id = $1 for update', [workspace]);

/** Stops a scope; false when it is stopped already. It waits for claims that are under way, and lets none begin before it is told. */
export async function stop(tx: Queryable, workspace: number, scope: string, by: string, reason: string, now: Instant): Promise<boolean> {
  await waitForClaims(tx, workspace);
  const rows = await tx.query(
    'insert into kill_switch (workspace_id, scope, stopped_at, by, reason) values ($1, $2, $3, $4, $5) on conflict (workspace_id, scope) do nothing returning scope',
    [workspace, scope, toIso(now), by, reason],
  );
  return rows.length > 0;
}

/** Takes what was claimed in a scope and has not begun to leave back from the senders, until an instant. What begins just now is locked by whoever hands it over, and goes. */
export async function takeBackStopped(
  tx: Queryable,
  workspace: number,
  scope: string,
  { reason, details, until }: { reason: MessageReason; details: JsonObject; until: Instant },
): Promise<void> {
  const [kind, key = null] = scope.split(/:(.*)/s);
  await tx.query(
    `with c as (select * from message where workspace_id = $1 and status = 'sending' and begun_at is null
         and case $2 when 'workspace' then true when 'channel' then channel = $3 when 'journey' then journey = $3 when 'person' then person_id::text = $3 else false end
       for update skip locked)
     update message m set status = 'held', reason = $4, details = m.details || $5::jsonb, sender = null, claimed_at = to_timestamp((c.details ->> 'mayHaveArrivedAt')::float8 / 1000), due_at = $6
     from c where m.lane = c.lane and m.person_id = c.person_id and m.message_id = c.message_id and m.stored_at = c.stored_at`,
    [workspace, kind!, key, reason, JSON.stringify(details), toIso(until)],
  );
}

/** Lets a scope go on. Like a stop it waits for claims that are under way, so that none of them is held by what is over. */
export async function letGoOn(tx: Queryable, workspace: number, scope: string): Promise<void> {
  await waitForClaims(tx, workspace);
  await tx.query('delete from kill_switch where workspace_id = $1 and scope = $2', [workspace, scope]);
}
