import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openPglite } from '#store/pglite.ts';
import { simulate } from './simulator.ts';

/**
 * `node test/simulation/main.ts --seed TEXT --days N [--people N] [--dump FILE] [--json]`: plays one world, in a copy of a migrated database where one is
 * given; ends with 1 when something did not hold.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now()) },
    days: { type: 'string', default: '30' },
    people: { type: 'string', default: '60' },
    dump: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [days, people] = [Number(values.days), Number(values.people)];
if (!(days > 0) || !(Number.isInteger(people) && people > 0)) {
  console.error('--days takes a number above 0, --people a whole number above 0.');
  process.exit(2);
}

if (!values.json) console.log(`Seed ${values.seed}: ${days} days with ${people} people`);
const { dump } = values;
const outcome = await simulate({
  seed: values.seed,
  days,
  people,
  ...(dump === undefined ? {} : { open: () => openPglite({ dataDir: null, loadDump: readFileSync(dump) }) }),
  ...(values.json
    ? {}
    : {
        onDay: (now) =>
          console.log(
            `  day ${String(now.day).padStart(3)}  ${now.events} events, ${now.handed} handed over, ${now.deaths} deaths, ${now.seconds.toFixed(1)} s`,
          ),
      }),
});
const { failure } = outcome;
if (values.json) console.log(JSON.stringify(outcome));
else if (failure) {
  console.log(`\nSeed ${outcome.seed} failed on day ${failure.day} (${failure.at}): ${failure.invariant}: ${failure.sentence}`);
  console.log(typeof failure.saw === 'string' ? failure.saw : JSON.stringify(failure.saw, null, 2));
  console.log(
    `\nReplay it: ${people === 60 ? 'npm run simulate --' : 'node test/simulation/main.ts'} --seed ${outcome.seed} --days ${days}${people === 60 ? '' : ` --people ${people}`}`,
  );
} else
  console.log(
    `Everything held: ${outcome.ticks} turns, ${outcome.events} events, ${outcome.handed} messages handed over, ${outcome.deaths} deaths, in ${outcome.seconds.toFixed(1)} s. History ${outcome.history}`,
  );
process.exitCode = failure ? 1 : 0;
