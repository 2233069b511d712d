import { type Instant, toIso } from '#contract/instant.ts';
import type { StageMove } from '#contract/history.ts';
import type { TimelineItem, timelineKinds } from '#contract/routes/people.ts';
import type { z } from 'zod';
import { sayEnd } from '#engine/journey/run.ts';
import { isRecycle } from '#engine/lifecycle/stall.ts';
import { decodeCursor, encodeCursor } from '#store/cursor.ts';
import { eventsOfPerson, type StoredEvent } from '#store/events.ts';
import { fieldRefusalsOfPerson } from '#store/fields.ts';
import { consentsOf, decisionsOf, movesOf, tasksOf } from '#store/histories.ts';
import { messagesOfPerson } from '#store/messages.ts';
import { runsOfPerson, stepsOfPerson } from '#store/runs.ts';
import type { Workspace } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { findPerson } from './edit-person.ts';
import { decidedByHand, sayByHand, sayMessage } from './say-message.ts';

type Kind = (typeof timelineKinds)[number];
type Item = z.infer<typeof TimelineItem>;
type Dated = Omit<Item, 'at'> & { moment: Instant };

/** What happened to a person, newest first, out of every history that is kept of them. */
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
    if (wants('event', 'traits')) all.push(...(await eventsOfPerson(tx, person.id, before, most)).flatMap(eventItem));
    if (wants('traits'))
      for (const refusal of await fieldRefusalsOfPerson(tx, person.id, before, most))
        all.push({
          id: refusal.id,
          moment: refusal.at,
          kind: 'traits',
          title: `Not taken: ${refusal.reason}`,
          by: 'machine',
          why: null,
          raw: refusal,
        });
    if (wants('stage'))
      for (const move of await movesOf(tx, person.id))
        all.push({
          id: `stage:${move.seq}`,
          moment: move.at,
          kind: 'stage',
          title: sayMove(move, stage),
          by: move.override ? 'colleague' : 'machine',
          why: 'stage',
          raw: move,
        });
    if (wants('message'))
      for (const message of await messagesOfPerson(tx, person.id, before, most)) {
        all.push({
          id: message.id,
          moment: message.sentAt ?? message.createdAt,
          kind: 'message',
          title: sayMessage(message, zone, book),
          by: 'machine',
          why: `message:${message.id}`,
          raw: message,
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
          });
      }
    if (wants('journey')) {
      for (const run of await runsOfPerson(tx, person.id)) {
        all.push({
          id: `${run.id}:in`,
          moment: run.enteredAt,
          kind: 'journey',
          title: `Entered the journey ${journey(run.journey)} (version ${run.version})`,
          by: 'machine',
          why: `journey:${run.journey}`,
          raw: run,
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
          });
      }
      for (const step of await stepsOfPerson(tx, person.id, before, most))
        if (step.because)
          all.push({
            id: step.id,
            moment: step.at,
            kind: 'journey',
            title: `${journey(step.journey)}: ${step.because}`,
            by: 'machine',
            why: `journey:${step.journey}`,
            raw: step,
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
        });
    if (wants('decision', 'merge'))
      for (const decision of await decisionsOf(tx, person.id, before, most))
        all.push({
          id: decision.id,
          moment: decision.at,
          kind: decision.about === 'merge' || decision.about === 'identity' ? 'merge' : 'decision',
          title: decision.answer,
          by: 'machine',
          why: unasked(decision.about) ? null : decision.about,
          raw: decision,
        });
    if (wants('task'))
      for (const task of await tasksOf(tx, person.id))
        all.push({ id: task.id, moment: task.createdAt, kind: 'task', title: `Task: ${task.title}`, by: 'machine', why: null, raw: task });
    return all;
  });

  const sorted = items
    .filter(
      (item) =>
        (wanted === null || wanted.has(item.kind)) &&
        (item.moment < before || (place !== null && item.moment === before && item.id < String(place[1])) || place === null),
    )
    .sort((a, b) => b.moment - a.moment || (a.id < b.id ? 1 : -1));
  const shown = sorted.slice(0, given.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(({ moment, ...item }) => ({ ...item, at: toIso(moment) })),
    next: last && sorted.length > given.limit ? encodeCursor([last.moment, last.id]) : null,
  };
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
  const detail = [properties.path, properties.name, properties.link, properties.title].find((value) => typeof value === 'string');
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
    },
  ];
}
