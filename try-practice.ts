import { openHouse } from '#main';
import { readConfig } from './src/config.ts';
import { openPglite } from '#store/pglite.ts';
import { firstStart } from '#operations/setup.ts';
import { seedPractice } from '#operations/practice/seed.ts';
import { turnClock } from '#operations/practice/turn.ts';
import { day } from '#contract/instant.ts';
let t = performance.now();
const lap = (what: string) => { const n = performance.now(); console.log(what, Math.round(n - t), 'ms'); t = n; };
const db = await openPglite({ dataDir: null });
const start = Date.UTC(2026, 2, 18, 10, 7);
const house = await openHouse(readConfig({ LOG_LEVEL: 'warn' }), { db, now: () => start + Math.floor(performance.now()) });
await house.sender.enter();
lap('open');
await firstStart(house.deps, true);
lap('firstStart');
const ws = await house.deps.workspaces.bySlug('practice');
const q = { n: 0, ms: 0 };
let steps = 0; let last = 0;
const times = new Map<string, {n: number, ms: number}>();
if (process.env.STATS) {
  const orig = db.transaction.bind(db);
  (db as any).transaction = (scope: any, work: any) => { q.n++; return orig(scope, async (tx: any) => work({ ...tx, kind: tx.kind, async query(text: string, values: any) { const s = performance.now(); const r = await tx.query(text, values); const d = performance.now() - s; const key = text.replace(/\s+/g, ' ').slice(0, 90); const e = times.get(key) ?? { n: 0, ms: 0 }; e.n++; e.ms += d; times.set(key, e); return r; } })); };
}
await seedPractice(house.sending, ws, { progress: () => { steps++; } });
lap(`seed, ${steps} steps`);
const show = async (sql: string) => console.log(sql.slice(0, 70), JSON.stringify(await db.asOwner((tx) => tx.query(sql))));
const counts = async () => {
  await show("select count(*) n, count(email) named from person");
  await show("select stage, count(*) n from person where email is not null group by 1 order by 2 desc");
  await show("select name, count(*) n from event group by 1 order by 2 desc");
  await show("select journey, step, status, reason, count(*) n, sum(opens) opens, sum(clicks) clicks from message group by 1,2,3,4 order by 1,2,3");
  await show("select count(*) n, min(due_at), max(due_at) from practice_act where due_at < '9000-01-01'");
  await show("select act->>'do' d, count(*) n, min(due_at) from practice_act group by 1");
};
await counts();
if (process.env.STATS) { console.log('transactions', q.n); for (const [k, v] of [...times].sort((a, b) => b[1].ms - a[1].ms).slice(0, 25)) console.log(Math.round(v.ms), v.n, (v.ms / v.n).toFixed(2), k); times.clear(); q.n = 0; }
t = performance.now(); steps = 0;
const r = await turnClock(house.sending, await house.deps.workspaces.bySlug('practice'), 3 * day, () => { steps++; });
lap(`turn 3 days, ${steps} steps ${JSON.stringify(r.did)}`);
if (process.env.STATS) { console.log('transactions', q.n); for (const [k, v] of [...times].sort((a, b) => b[1].ms - a[1].ms).slice(0, 12)) console.log(Math.round(v.ms), v.n, (v.ms / v.n).toFixed(2), k); }
await show("select count(*) n, count(email) named from person");
await house.sender.leave();
await house.close();
