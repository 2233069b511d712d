import { parseArgs } from 'node:util';
import type { Database } from '#store/database.ts';
import { fromDump, inARow, onServer } from './in-a-row.ts';
import { playMany } from './many.ts';
import { type Outcome, simulate } from './simulator.ts';

/**
 * `node test/simulation/main.ts --seed TEXT --days N [--people N] [--dump FILE] [--json]`: plays one world, in a copy of a migrated database where one is
 * given; ends with 1 when something did not hold.
 *
 * `node test/simulation/main.ts --seeds N [--from 1] [--days 2] [--people 10] [--keep-going] [--server URL]`: plays the worlds of N seeds that follow each other, says what failed and
 * in one line how it went, and stops at the first that failed unless it is to go on. `--in-a-row N` plays
 * as many in this one process, in one copy of the database that is given, or in a database of its own on the Postgres server that is named.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now()) },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    'keep-going': { type: 'boolean', default: false },
    'in-a-row': { type: 'string', default: '1' },
    days: { type: 'string' },
    people: { type: 'string' },
    dump: { type: 'string' },
    server: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const areMany = values.seeds !== undefined;
const [days, people] = [Number(values.days ?? (areMany ? '2' : '30')), Number(values.people ?? (areMany ? '10' : '60'))];
const [seeds, from, manyInARow] = [Number(values.seeds ?? '1'), Number(values.from), Number(values['in-a-row'])];
const isCount = (number: number): boolean => Number.isInteger(number) && number > 0;
if (
  !(days > 0) ||
  ![people, seeds, manyInARow].every(isCount) ||
  !Number.isInteger(from) ||
  (manyInARow > 1 && ((values.dump === undefined && values.server === undefined) || !Number.isInteger(Number(values.seed))))
) {
  console.error('--days takes a number above 0, --people, --seeds and --in-a-row a whole number above 0, --from a whole number.');
  process.exit(2);
}

process.exitCode = areMany ? await many() : await row();

/** One world, or one after another in this process. */
async function row(): Promise<number> {
  const prepare = values.server !== undefined ? onServer(values.server) : values.dump === undefined ? undefined : fromDump(values.dump);
  if (manyInARow === 1) return (await one(values.seed, prepare)).failure ? 1 : 0;
  const database = inARow(prepare!);
  let failed = false;
  for (let nth = 0; nth < manyInARow && (!failed || values['keep-going']); nth++)
    failed = (await one(String(Number(values.seed) + nth), database.open)).failure !== null || failed;
  await database.close();
  return failed ? 1 : 0;
}

async function one(seed: string, open?: () => Promise<Database>): Promise<Outcome> {
  if (!values.json) console.log(`Seed ${seed}: ${days} days with ${people} people`);
  const outcome = await simulate({
    seed,
    days,
    people,
    ...(open ? { open } : {}),
    ...(values.json
      ? {}
      : {
          onDay: (now) =>
            console.log(
              `  day ${String(now.day).padStart(3)}  ${now.events} events, ${now.handed} handed over, ${now.deaths} deaths, ${now.seconds.toFixed(1)} s`,
            ),
        }),
  });
  if (values.json) console.log(JSON.stringify(outcome));
  else if (outcome.failure) tell(outcome);
  else
    console.log(
      `Everything held: ${outcome.ticks} turns, ${outcome.events} events, ${outcome.handed} messages handed over, ${outcome.deaths} deaths, in ${outcome.seconds.toFixed(1)} s. History ${outcome.history}`,
    );
  return outcome;
}

async function many(): Promise<number> {
  const { played, failed, died, seconds } = await playMany({
    from,
    seeds,
    days,
    people,
    keepGoing: values['keep-going'],
    ...(values.server === undefined ? {} : { server: values.server }),
    onSeed: (outcome, nth) => {
      if (values.json) console.log(JSON.stringify(outcome));
      else if (outcome.failure) tell(outcome);
      else if (nth % 50 === 0) console.log(`  ${nth} of ${seeds} seeds played`);
    },
  });
  const list = [...failed.map(({ seed }) => seed), ...died.map(({ seed, by }) => `${seed} (died: ${by})`)];
  const how = list.length === 0 ? 'everything held' : `FAILED: ${list.join(', ')}`;
  const summary = `${played} seeds from ${from}, ${days} days with ${people} people each, in ${seconds.toFixed(0)} s (${(seconds / Math.max(1, played)).toFixed(1)} s a seed): ${how}.`;
  if (values.json) console.error(summary);
  else console.log(summary);
  return list.length === 0 ? 0 : 1;
}

function tell({ seed, failure }: Outcome): void {
  if (!failure) return;
  console.log(`\nSeed ${seed} failed on day ${failure.day} (${failure.at}): ${failure.invariant}: ${failure.sentence}`);
  console.log(typeof failure.saw === 'string' ? failure.saw : JSON.stringify(failure.saw, null, 2));
  console.log(
    `\nReplay it: ${people === 60 ? 'npm run simulate --' : 'node test/simulation/main.ts'} --seed ${seed} --days ${days}${people === 60 ? '' : ` --people ${people}`}`,
  );
}
