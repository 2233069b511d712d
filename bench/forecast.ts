import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Forecast } from './forecast-process.ts';
import { freshUrl, type Measurement, quantile } from './measurements.ts';
import { option } from './options.ts';

/** How far a forecast of the next fourteen days of a practice workspace is from what then happens: the median of ten practices, each with its own people. */

const seeds = Number(option('--seeds') ?? 10);
const [history, crowd, most] = [option('--history') ?? '98', option('--crowd') ?? '12', 0.1];
const atOnce = 2;
const program = fileURLToPath(new URL('./forecast-process.ts', import.meta.url));

const offBy = ({ said, was }: { said: number; was: number }): number => Math.abs(said - was) / was;

export const forecast: Measurement = {
  names: ['forecast.messages', 'forecast.goals'],
  run: async (kind, base) => {
    // It takes hours, and what is drawn does not hang on the database.
    if (!option('--only') || (kind === 'pglite' && base)) return [];
    const made: Forecast[] = [];
    const queue = Array.from({ length: seeds }, (_, index) => `practice ${index + 1}`).values();
    const play = async (): Promise<void> => {
      for (const seed of queue) {
        const { url, drop } = await freshUrl(kind, base);
        const { stdout } = await promisify(execFile)(process.execPath, [program, seed, history, crowd, ...(url ? [`${url}?options=-c%20synchronous_commit%3Doff`] : [])]);
        await drop();
        const found = JSON.parse(stdout.trim().split('\n').at(-1)!) as Forecast;
        const say = (what: 'messages' | 'goals'): string => `${what} said ${found[what].said.toFixed(1)}, was ${found[what].was.toFixed(1)}, off by ${(offBy(found[what]) * 100).toFixed(1)} %`;
        console.error(`  ${found.seed}: ${say('messages')}; ${say('goals')}`);
        made.push(found);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, play));
    return (['messages', 'goals'] as const).map((what) => {
      const off = quantile(made.map((each) => offBy(each[what])), 0.5);
      return { name: `forecast.${what}`, value: off * 100, unit: `% off, median of ${seeds}`, limit: null, ratio: null, target: '≤ 10 %', met: off <= most };
    });
  },
};
