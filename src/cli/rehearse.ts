import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '#contract/problems.ts';
import type { RehearsalSide } from '#contract/rehearsal.ts';
import type { RehearsalDetail } from '#contract/routes/rehearsals.ts';
import { type DefinitionSource, inFew, readFolder, spreadOf } from '#main';
import { withSource } from './definitions.ts';

export interface RehearseOptions {
  days: string;
  next?: string;
  seed: string;
  futures?: string;
  share: string;
  mostMessages?: string;
  mostInAWeek?: string;
  mostEntered?: string;
  json?: boolean;
}

/** Rehearses a folder of definitions, or without one what is in force, and ends with 1 when it comes to more than a limit allows. */
export async function rehearse(dir: string | undefined, options: RehearseOptions): Promise<void> {
  const limits = limitsOf(options);
  const folder = dir === undefined ? null : await readFolder(dir);
  const days = numberOf('--days', options.next ?? options.days);
  const futures = options.futures === undefined ? {} : { futures: numberOf('--futures', options.futures) };
  const over = options.next === undefined ? { past: `P${days}D` } : { future: `P${days}D`, seed: options.seed, ...futures };
  const share = numberOf('--share', options.share);
  const rehearsal = await withSource((source) =>
    followed(source, { over, drafts: [], definitions: folder?.definitions ?? [], share }, options.json ?? false),
  );
  const beyond = limits.flatMap((limit) => limit(rehearsal.changed ?? rehearsal.standing));
  if (options.json) console.log(JSON.stringify({ ...rehearsal, beyond }));
  else sayRehearsal(rehearsal, beyond);
  if (rehearsal.state !== 'done' || beyond.length > 0) process.exitCode = 1;
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Problem('config-invalid', [{ path: option, message: 'must be a number above 0' }]);
  return value;
}

type Limit = (side: RehearsalSide) => string[];

function limitsOf({ mostMessages, mostInAWeek, mostEntered }: RehearseOptions): Limit[] {
  const limits: Limit[] = [];
  if (mostMessages !== undefined) {
    const most = numberOf('--most-messages', mostMessages);
    limits.push((side) =>
      side.days
        .map((day) => ({ day: day.day, sent: day.channels.reduce((sum, { sent }) => sum + sent, 0) }))
        .filter(({ sent }) => sent > most)
        .map(({ day, sent }) => `${sent} messages on ${day}, at most ${most} a day`),
    );
  }
  if (mostInAWeek !== undefined) {
    const most = numberOf('--most-in-a-week', mostInAWeek);
    limits.push((side) =>
      side.mostInAWeek
        .filter(({ messages }) => messages > most)
        .map(({ channel, messages }) => `${messages} messages by ${channel} to one person within seven days, at most ${most}`),
    );
  }
  if (mostEntered !== undefined) {
    const most = numberOf('--most-entered', mostEntered);
    limits.push((side) =>
      side.journeys.filter(({ entered }) => entered > most).map(({ key, entered }) => `${entered} entries into ${key}, at most ${most}`),
    );
  }
  return limits;
}

/** Starts it, and shows how far it is until it has ended. Interrupted, it is cancelled. */
async function followed(
  source: DefinitionSource,
  asked: Parameters<DefinitionSource['rehearse']['start']>[0],
  isQuiet: boolean,
): Promise<RehearsalDetail> {
  const { id } = await source.rehearse.start(asked);
  const stop = (): void => void source.rehearse.cancel(id);
  process.once('SIGINT', stop);
  const shows = !isQuiet && process.stderr.isTTY;
  for (;;) {
    await source.rehearse.goOn();
    const rehearsal = await source.rehearse.read(id);
    if (shows) process.stderr.write(`\r${bar(rehearsal.looked, rehearsal.people)} ${rehearsal.looked} of ${rehearsal.people} people `);
    if (rehearsal.state === 'running') {
      await pause(200);
      continue;
    }
    if (shows) process.stderr.write('\n');
    process.off('SIGINT', stop);
    return rehearsal;
  }
}

const bar = (done: number, of: number): string => {
  const filled = of === 0 ? 30 : Math.min(30, Math.floor((done / of) * 30));
  return `[${'█'.repeat(filled)}${' '.repeat(30 - filled)}]`;
};

function sayRehearsal(rehearsal: RehearsalDetail, beyond: readonly string[]): void {
  const { over, standing, changed, definitions, state, looked, reason } = rehearsal;
  const day = (iso: string): string => iso.slice(0, 10);
  console.log(
    `${over.kind === 'past' ? 'What would have come of it' : 'What would come of it'} from ${day(over.from)} to ${day(over.until)}, ${looked} people, nothing written and nothing sent.`,
  );
  if (state !== 'done') console.log(`It did not come to its end: ${reason ?? state}.`);
  if (rehearsal.windows === 0)
    console.log('Nobody does anything by themselves: the workspace is younger than these days, so there is no past to draw them from.');
  console.log(
    definitions.length === 0
      ? 'Rehearsed: what is in force.'
      : `Rehearsed: ${definitions.map(({ kind, key }) => `${kind} ${key}`).join(', ')}; beside it, what is in force now.`,
  );
  const side = changed ?? standing;
  const sent = (each: RehearsalSide): number =>
    each.days.reduce((sum, { channels }) => sum + channels.reduce((all, channel) => all + channel.sent, 0), 0);
  const busiest = side.days
    .map((each) => ({ day: each.day, sent: each.channels.reduce((sum, channel) => sum + channel.sent, 0) }))
    .sort((a, b) => b.sent - a.sent)[0];
  const now = (value: number): string => (changed ? `, now ${inFew(value)}` : '');
  console.log(
    `\nMessages: ${inFew(sent(side))}${now(sent(standing))}${busiest ? `; most on one day ${inFew(busiest.sent)}, on ${busiest.day}` : ''}.`,
  );
  if (side.futures.length > 1) {
    const between = (read: 'sent' | 'goals'): string => spreadOf(side.futures, (future) => future[read]).join(' to ');
    console.log(`The mean of ${side.futures.length} futures, of which each has ${between('sent')} messages and ${between('goals')} goals.`);
  }
  console.log('\nJourney                        entered      goals      inside    messages');
  for (const journey of side.journeys) {
    const before = standing.journeys.find(({ key }) => key === journey.key);
    const cell = (value: number, was: number | undefined): string =>
      `${value}${changed && value !== (was ?? 0) ? ` (${was ?? 0})` : ''}`.padStart(11);
    console.log(
      `${journey.key.padEnd(26)}${cell(journey.entered, before?.entered)}${cell(journey.goals, before?.goals)}${cell(journey.inside, before?.inside)}${cell(journey.messages.sent, before?.messages.sent)}`,
    );
  }
  if (changed) console.log('In brackets: now.');
  if (side.reasons.length > 0) {
    console.log('\nNot now, or not at all');
    for (const each of side.reasons.slice(0, 12))
      console.log(`  ${String(each.messages).padStart(7)}  ${each.journey}: ${each.status}, ${each.says}`);
  }
  if (side.together.length > 0) {
    console.log('\nWritten to by both within a day');
    for (const { journeys, people } of side.together.slice(0, 8))
      console.log(`  ${String(people).padStart(7)} people  ${journeys.join(' and ')}`);
  }
  for (const sentence of beyond) console.error(`\nBeyond a limit: ${sentence}.`);
}
