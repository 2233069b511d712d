import { day, type Instant, toIso } from '#contract/instant.ts';
import type { Queryable } from './database.ts';

/** The numbers of the home page, for the last 24 hours and the last 14 days of a workspace's clock, by days in its zone. */
export async function homeNumbers(tx: Queryable, workspace: number, now: Instant, unknownEntryPoint: string, zone: string) {
  const dayAgo = toIso(now - day);
  const from = toIso(now - 13 * day);
  const one = async (statement: string, values: (string | number)[]): Promise<number> =>
    Number((await tx.query(statement, values))[0]?.n ?? 0);
  const any = async (statement: string): Promise<boolean> => (await tx.query(statement, [workspace])).length > 0;
  const series = async (statement: string): Promise<Map<string, number>> =>
    new Map((await tx.query(statement, [workspace, from, zone])).map((row) => [row.day as string, row.n as number]));

  const events = await series(
    "select to_char(happened_at at time zone $3, 'YYYY-MM-DD') as day, count(*) as n from event where workspace_id = $1 and happened_at >= $2 and call in ('track', 'page', 'screen', 'group', 'identify') group by 1",
  );
  const people = await series(
    "select to_char(created_at at time zone $3, 'YYYY-MM-DD') as day, count(*) as n from person where workspace_id = $1 and created_at >= $2 and merged_into is null and erased_at is null group by 1",
  );
  const sent = await series(
    "select to_char(sent_at at time zone $3, 'YYYY-MM-DD') as day, count(*) as n from message where workspace_id = $1 and sent_at >= $2 group by 1",
  );
  const name = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const days = Array.from({ length: 14 }, (_, index) => name.format(now - (13 - index) * day)).map((each) => ({
    day: each,
    events: events.get(each) ?? 0,
    newPeople: people.get(each) ?? 0,
    sent: sent.get(each) ?? 0,
  }));
  return {
    anyEvent: await any("select 1 from event where workspace_id = $1 and call in ('track', 'page', 'screen', 'identify') limit 1"),
    anyKnown: await any('select 1 from person where workspace_id = $1 and (email is not null or user_id is not null) limit 1'),
    anySent: await any("select 1 from message where workspace_id = $1 and status = 'sent' limit 1"),
    uncertain: await one("select count(*) as n from message where workspace_id = $1 and status = 'uncertain'", [workspace]),
    quarantined: await one(
      'select count(*) as n from person where workspace_id = $1 and entry_point = $2 and merged_into is null and erased_at is null',
      [workspace, unknownEntryPoint],
    ),
    today: {
      events: await one(
        "select count(*) as n from event where workspace_id = $1 and happened_at > $2 and call in ('track', 'page', 'screen', 'group', 'identify')",
        [workspace, dayAgo],
      ),
      people: await one(
        'select count(*) as n from person where workspace_id = $1 and created_at > $2 and merged_into is null and erased_at is null',
        [workspace, dayAgo],
      ),
      sent: await one('select count(*) as n from message where workspace_id = $1 and sent_at > $2', [workspace, dayAgo]),
      notSent: await one(
        "select count(*) as n from message where workspace_id = $1 and created_at > $2 and status in ('skipped', 'failed', 'bounced', 'uncertain')",
        [workspace, dayAgo],
      ),
      moves: await one('select count(*) as n from stage_history where workspace_id = $1 and entered_at > $2', [workspace, dayAgo]),
      refusals: await one('select count(*) as n from refusal where workspace_id = $1 and at > $2', [workspace, dayAgo]),
    },
    days,
  };
}
