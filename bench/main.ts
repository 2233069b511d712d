import { writeFile } from 'node:fs/promises';
import { measurements } from './measurements.ts';
import { flag, option } from './options.ts';
import type { BenchRow } from './row.ts';
import { canvasPan } from './canvas.ts';
import { forecast } from './forecast.ts';
import { rehearsalPast } from './rehearsal.ts';
import { journeySteps, processLarge, wakeBurst } from './scale.ts';
import { segmentMeasurement } from './segments.ts';

const only = option('--only');
const rows: BenchRow[] = [];
const databases = [...(process.env.TEST_DATABASE_URL ? (['postgres'] as const) : []), ...(flag('--postgres') ? [] : (['pglite'] as const))];

for (const database of databases)
  for (const measure of [...measurements, wakeBurst, journeySteps, canvasPan, processLarge, rehearsalPast, forecast, segmentMeasurement]) {
    if (measure.postgresOnly && database !== 'postgres') continue;
    const names = measure.names.map((name) => (database === 'postgres' ? name : `${name}.pglite`));
    if (only && !names.some((name) => name.startsWith(only) || only.startsWith(`${name}.`))) continue;
    console.error(`… ${names.join(', ')}`);
    const made = await measure.run(database, process.env.TEST_DATABASE_URL);
    rows.push(...made.map((row) => (database === 'postgres' ? row : { ...row, name: `${row.name}.pglite` })));
  }

const cell = (value: number | null): string => (value === null ? '' : value >= 100 ? String(Math.round(value)) : value.toFixed(value >= 10 ? 1 : 3));
console.log('| what | value | unit | bare | ratio | target | met |\n|---|---:|---|---:|---:|---|---|');
for (const row of rows) console.log(`| ${row.name} | ${cell(row.value)} | ${row.unit} | ${cell(row.limit)} | ${cell(row.ratio)} | ${row.target} | ${row.met ? 'yes' : 'no'} |`);
const file = option('--json');
if (file) await writeFile(file, JSON.stringify({ rows }, null, 2));
