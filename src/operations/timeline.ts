import { type Instant, toIso } from '#contract/instant.ts';
import type { StageMove } from '#contract/history.ts';
import type { TimelineItem, timelineKinds } from '#contract/routes/people.ts';
import type { z } from 'zod';
import { sayEnd } from '#engine/journey/run.ts';
import { sayStep } from '#engine/journey/steps/index.ts';
import { taskId } from '#engine/journey/task.ts';
import { isRecycle } from '#engine/lifecycle/stall.ts';
import { signed } from '#engine/score/score.ts';
import { pointsEvent } from '#engine/written-events.ts';
import { decodeCursor, encodeCursor } from '#store/cursor.ts';
import { eventsOfPerson, type StoredEvent } from '#store/events.ts';
import { fieldRefusalsOfPerson } from '#store/fields.ts';
import { consentsOf, decisionsOf, movesOf, tasksOf } from '#store/histories.ts';
import { messagesOfPerson } from '#store/messages.ts';
import { runsOfPerson, type StoredRun } from '#store/runs.ts';
import type { Workspace } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { findPerson } from './edit-person.ts';
import { decidedByHand, sayByHand, sayMessage } from './say-message.ts';
import { actsOnPerson, stepsTaken, type TakenStep, writesTo } from './steps-taken.ts';

type Kind = (typeof timelineKinds)[number];
type Item = z.infer<typeof TimelineItem>;
/** `after`: what led to it, as far as that is known; ids of entries, and of steps that have none. */
type Dated = Omit<Item, 'at'> & { moment: Instant; after: readonly (string | null)[] };

/** What a journey does is decided a little later than what it is dated by; a step is looked for so much later. */
const laterMost = 60_000;

/**
 * What happened to a person, newest first, out of every history that is kept of them; of one instant, what led to something stands under it. What a journey did
 * says by which of its steps.
 */
export async function timeline(
  deps: Deps,
  workspace: Workspace,
  id: string,
  given: { kinds?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: Item[]; next: string | null }> {
  const person = await findPerson(deps, workspace, id);
  const wanted = given.kinds ? new Set(given.kinds.split(',').map((kind) => kind.trim())) : null;
  const wants = (...kinds: Kind[]): boolean => wanted === null || kinds.some((kind) => wanted.has(kind));
  const place = decodeCursor(given.cursor, 'instant', 'text');
  const before: Instant = place ? Number(place[0]) : 4_102_444_800_000;
  // Each history gives one page; what is cut off comes with a later page, because the cursor stands at an instant. One instant rarely holds a page.
  const most = given.limit + 50;
  const zone = person.zone ?? workspace.settings.zone;

  const items = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const all: Dated[] = [];
    const book = await deps.rulebooks.current(tx, workspace.id);
    const stage = (key: string): string => book.lifecycle?.stages.get(key)?.name ?? key;
    const journey = (key: string): string => book.journeys.get(key)?.body.name ?? key;
    const steps = await stepsTaken(tx, workspace.id, person.id, before + laterMost, most);
    const byJourney = (title: string, key: string | null, step?: string | null): string => {
      if (key === null) return title;
      const by = ` (journey ${journey(key)}${step ? `, step “${step}”` : ''})`;
      return title.endsWith('.') ? `${title.slice(0, -1)}${by}.` : title + by;
    };
    const stepAt = (run: string | null, step: string | null, at: Instant): string | null =>
      steps.find((each) => each.run === run && each.step === step && each.at === at)?.id ?? (run && `${run}:in`);
    if (wants('event', 'traits'))
      for (const event of await eventsOfPerson(tx, person.id, before, most)) {
        const by = writerOf(event);
        const step = by && steps.find((each) => each.journey === by.journey && each.step === by.step && each.at === event.happenedAt);
        for (const item of eventItem(event))
          all.push(
            by
              ? {
                  ...item,
                  title: byJourney(item.title, by.journey, by.step),
                  by: 'machine',
                  why: `journey:${by.journey}`,
                  after: [step?.id ?? null],
                }
              : item,
          );
      }
    if (wants('traits')) {
      const refused = new Set<TakenStep>();
      for (const refusal of await fieldRefusalsOfPerson(tx, person.id, before, most)) {
        const step = steps.find((each) => refusal.source === 'journey' && each.at === refusal.at && writesTo(each) === refusal.path);
        if (step) refused.add(step);
        all.push({
          id: refusal.id,
          moment: refusal.at,
          kind: 'traits',
          title: byJourney(`Not taken: ${refusal.reason}`, step?.journey ?? null, step?.step),
          by: 'machine',
          why: null,
          raw: refusal,
          after: [refusal.evidence, step?.id ?? null],
        });
      }
      for (const step of steps)
        if (writesTo(step) !== null && !refused.has(step))
          all.push({
            id: step.id,
            moment: step.at,
            kind: 'traits',
            title: byJourney(sayStep(step.does!), step.journey, step.step),
            by: 'machine',
            why: `journey:${step.journey}`,
            raw: step,
            after: stepAfter(step),
          });
    }
    if (wants('stage'))
      for (const move of await movesOf(tx, person.id)) {
        const key = /^journey:(.*)$/.exec(move.actor)?.[1] ?? null;
        const step = steps.find((each) => each.journey === key && each.evidence === move.evidence && movesTo(each) === move.to);
        all.push({
          id: `stage:${move.seq}`,
          moment: move.at,
          kind: 'stage',
          title: byJourney(sayMove(move, stage), key, step?.step),
          by: move.override ? 'colleague' : 'machine',
          why: 'stage',
          raw: move,
          after: [move.evidence, step?.id ?? null],
        });
      }
    if (wants('message'))
      for (const message of await messagesOfPerson(tx, person.id, before, most)) {
        all.push({
          id: message.id,
          moment: message.sentAt ?? message.createdAt,
          kind: 'message',
          title: byJourney(sayMessage(message, zone, book), message.journey, message.step),
          by: 'machine',
          why: `message:${message.id}`,
          raw: message,
          after: [message.evidence, stepAt(message.run, message.step, message.createdAt)],
        });
        for (const [index, decision] of decidedByHand(message).entries())
          all.push({
            id: `${message.id}:${index}`,
            moment: Date.parse(decision.at),
            kind: 'message',
            title: `“${message.subject ?? message.template}”: ${sayByHand(decision)}`,
            by: 'colleague',
            why: `message:${message.id}`,
            raw: decision,
            after: [message.id],
          });
      }
    if (wants('journey')) {
      for (const run of await runsOfPerson(tx, person.id)) {
        const by = ledBy(run, steps);
        all.push({
          id: `${run.id}:in`,
          moment: run.enteredAt,
          kind: 'journey',
          title: `Entered the journey ${journey(run.journey)} (version ${run.version})${by?.does?.kind === 'start-journey' ? `, sent by the journey ${journey(by.journey)}, step “${by.step}”` : ''}`,
          by: 'machine',
          why: `journey:${run.journey}`,
          raw: run,
          after: [run.entryEvidence, by?.id ?? null],
        });
        if (run.endedAt !== null)
          all.push({
            id: `${run.id}:out`,
            moment: run.endedAt,
            kind: 'journey',
            title: `Left the journey ${journey(run.journey)}: ${sayEnd(run.endReason ?? '')}`,
            by: 'machine',
            why: `journey:${run.journey}`,
            raw: run,
            after: [run.endEvidence, steps.find((step) => step.run === run.id)?.id ?? `${run.id}:in`],
          });
      }
      for (const step of steps)
        if (step.because && writesTo(step) === null)
          all.push({
            id: step.id,
            moment: step.at,
            kind: 'journey',
            title: byJourney(step.because, step.journey, step.step),
            by: 'machine',
            why: `journey:${step.journey}`,
            raw: step,
            after: stepAfter(step),
          });
    }
    if (wants('consent'))
      for (const consent of await consentsOf(tx, person.id))
        all.push({
          id: `consent:${consent.seq}`,
          moment: consent.at,
          kind: 'consent',
          title: `Consent to ${consent.change.purpose} ${consent.change.state}${consent.tookEffect ? '' : ', without effect: a withdrawal stands'}`,
          by: consent.change.method === 'admin' ? 'colleague' : 'person',
          why: null,
          raw: consent,
          after: [consent.evidence],
        });
    if (wants('decision', 'merge'))
      for (const decision of await decisionsOf(tx, person.id, before, most)) {
        const about = /^journey:(.*)$/.exec(decision.about)?.[1] ?? null;
        const step = steps.find((each) => each.evidence === decision.evidence && decision.decided === `not moved to ${movesTo(each)}`);
        all.push({
          id: decision.id,
          moment: decision.at,
          kind: decision.about === 'merge' || decision.about === 'identity' ? 'merge' : 'decision',
          title: byJourney(decision.answer, step?.journey ?? about, step?.step),
          by: 'machine',
          why: unasked(decision.about) ? null : decision.about,
          raw: decision,
          after: [decision.evidence, step?.id ?? null],
        });
      }
    if (wants('task'))
      for (const task of await tasksOf(tx, person.id)) {
        const step = steps.find((each) => task.id === taskId(each));
        all.push({
          id: task.id,
          moment: task.createdAt,
          kind: 'task',
          title: byJourney(`Task: ${task.title}`, task.journey, task.step ?? step?.step),
          by: 'machine',
          why: task.journey === null ? null : `journey:${task.journey}`,
          raw: task,
          after: [task.evidence, step?.id ?? stepAt(task.run, task.step, task.createdAt)],
        });
      }
    return inOrder(all, steps);
  });

  const sorted = items.filter(
    (item) =>
      (wanted === null || wanted.has(item.kind)) &&
      (place === null || item.moment < before || (item.moment === before && item.place < String(place[1]))),
  );
  const shown = sorted.slice(0, given.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(({ moment, after: _, place: __, ...item }) => ({ ...item, at: toIso(moment) })),
    next: last && sorted.length > given.limit ? encodeCursor([last.moment, last.place]) : null,
  };
}

/** At the same distance from what led to it all: what a step asked for comes before the next step, and whoever leaves a journey does so before they enter another. */
const earlierKinds: readonly Kind[] = ['event', 'consent', 'merge', 'decision', 'stage', 'segment', 'task', 'message', 'traits', 'journey'];
const rankOf = ({ id, kind }: Dated): number => (id.endsWith(':in') ? earlierKinds.length : earlierKinds.indexOf(kind));

/** Newest first; `place` orders what is of one instant: first by how much of what led to it is no older than itself. */
function inOrder(items: readonly Dated[], steps: readonly TakenStep[]): (Dated & { place: string })[] {
  const causes = new Map<string, Pick<Dated, 'moment' | 'after'>>(
    steps.map((step) => [step.id, { moment: step.at, after: stepAfter(step) }]),
  );
  for (const item of items) causes.set(item.id, item);
  const known = new Map<string, number>();
  const behind = (id: string, moment: Instant): number => {
    const asked = `${moment} ${id}`;
    if (!known.has(asked)) {
      // What leads back to itself ends here.
      known.set(asked, 0);
      const led = causes.get(id)!.after.filter((each) => each !== null && (causes.get(each)?.moment ?? 0) >= moment);
      known.set(asked, Math.max(0, ...led.map((each) => 1 + behind(each!, moment))));
    }
    return known.get(asked)!;
  };
  const digits = (count: number): string => String(count).padStart(4, '0');
  return items
    .map((item) => ({ ...item, place: `${digits(behind(item.id, item.moment))} ${digits(rankOf(item))} ${item.id}` }))
    .sort((a, b) => b.moment - a.moment || (a.place < b.place ? 1 : -1));
}

/** What led to a step: the one before it, or that somebody entered; and what they did, where it waited for that. */
const stepAfter = ({ run, seq, evidence }: TakenStep): string[] => [
  `${run}:${seq === 0 ? 'in' : seq - 1}`,
  ...(evidence ? [evidence] : []),
];

/** The step of another journey that led into a run by what it did. */
const ledBy = ({ id, journey, entryEvidence, state: { chain = {} } }: StoredRun, steps: readonly TakenStep[]): TakenStep | undefined => {
  const others = steps.filter((step) => step.run !== id && step.journey in chain && step.evidence === entryEvidence && actsOnPerson(step));
  const starts = others.find(({ does }) => does?.kind === 'start-journey' && does.journey === journey);
  return starts ?? others.at(-1);
};

const movesTo = ({ does }: TakenStep): string | null => (does?.kind === 'move-stage' ? does.to : null);

/** The journey, and the step of it, that wrote an event. */
function writerOf({ body }: StoredEvent): { journey: string; step: string } | null {
  const { journey, step } = (body.properties ?? {}) as { journey: string; step: string };
  return body.source === 'journey' ? { journey, step } : null;
}

/** "Recycled from Qualification to Nurture: no movement for three weeks" */
function sayMove(move: StageMove, stage: (key: string) => string): string {
  const way = `${move.from === null ? '' : `from ${stage(move.from)} `}to ${stage(move.to)}`;
  if (isRecycle(move)) return `Recycled ${way}: ${move.reason}`;
  return `Moved ${way}${move.override ? `: override, ${move.reason}` : ''}`;
}

/** Decisions about who somebody is; `why` is asked about what follows from it. */
const unasked = (about: string): boolean => ['merge', 'identity', 'fault'].includes(about);

const callTitles: Record<string, (event: StoredEvent) => string> = {
  identify: () => 'Said who they are',
  alias: () => 'Is the same person as before',
  edit: () => 'Edited by a colleague',
  owner: () => 'Owner changed',
  override: () => 'Moved by hand',
  stop: (event) => `Everything was stopped by ${event.body.actor}: ${event.body.reason}`,
  'let-go': (event) => `${event.body.actor} let everything go on`,
  unlock: (event) => `${event.body.actor} let journeys act again that had led to each other`,
  expired: (event) => `${event.body.field} was removed: it had been kept for as long as the field says`,
};

function eventItem(event: StoredEvent): Dated[] {
  // A consent fact stands in the ledger, with what came of it.
  if (event.call === 'consent' || event.call === 'override') return [];
  // So does a recycle, in the history of stages.
  if (event.body.source === 'lifecycle') return [];
  const traits = ['identify', 'edit', 'expired'].includes(event.call);
  const properties = (event.body.properties ?? {}) as Record<string, unknown>;
  const said = event.name === pointsEvent ? `${signed(Number(properties.points))} ${properties.because}` : properties.text;
  const detail = [event.body.source === 'journey' && said, properties.path, properties.name, properties.link, properties.title].find(
    (value) => typeof value === 'string',
  );
  const machine = properties.actor === 'machine' ? ' (a machine)' : '';
  return [
    {
      id: event.id,
      moment: event.happenedAt,
      kind: traits ? 'traits' : 'event',
      title: callTitles[event.call]?.(event) ?? `${event.name}${detail ? ` · ${detail}` : ''}${machine}`,
      by: ['edit', 'owner', 'stop', 'let-go', 'unlock'].includes(event.call)
        ? 'colleague'
        : properties.actor === 'machine' || event.call === 'expired'
          ? 'machine'
          : 'person',
      why: null,
      raw: event,
      after: [],
    },
  ];
}
