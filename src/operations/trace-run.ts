import { isoOrNull, toIso } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import { Problem } from '#contract/problems.ts';
import type { Moment, MomentMessage, Trace } from '#contract/trial.ts';
import { endOf } from '#engine/journey/run.ts';
import { sayStep } from '#engine/journey/steps/index.ts';
import type { Rulebook } from '#engine/rulebook.ts';
import type { Transaction } from '#store/database.ts';
import { findVersions } from '#store/definitions.ts';
import { messagesOfRun, type StoredMessage } from '#store/messages.ts';
import { runsOfPerson, type StoredRun, type StoredStep, stepsOfRun } from '#store/runs.ts';
import type { Workspace } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { findPerson } from './edit-person.ts';
import { toCandidate } from './plan.ts';
import { toRun } from './rows.ts';
import { sayMessage } from './say-message.ts';

/** The way that somebody has gone through a journey: each step as its version says it, when they came and left and why, and what was said to them there. */
export async function traceRun(
  deps: Deps,
  workspace: Workspace,
  key: string,
  asked: { person: string; run?: string | undefined },
): Promise<Trace> {
  const person = await findPerson(deps, workspace, asked.person);
  const zone = person.zone ?? workspace.settings.zone;
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const runs = (await runsOfPerson(tx, person.id)).filter((each) => each.journey === key);
    const run = asked.run === undefined ? runs[0] : runs.find(({ id }) => id === asked.run);
    if (!run) throw new Problem('run-unknown', { journey: key, person: person.id });
    const steps = await stepsOfRun(tx, person.id, run.id);
    const bodies = await versionsOf(tx, workspace, key, [run.version, ...steps.map(({ version }) => version)]);
    const book = await deps.rulebooks.current(tx, workspace.id);
    const moments = momentsOf(run, steps, bodies);
    for (const message of await messagesOfRun(tx, person.id, run.id)) {
      const at = moments.findLast((moment) => moment.step === message.step && Date.parse(moment.at) <= message.createdAt);
      at?.messages.push(toMomentMessage(message, zone, book));
    }
    return {
      run: run.id,
      version: run.version,
      person: { id: person.id, email: person.email, name: person.name },
      zone,
      moments,
      end: endOf(toRun(run), Date.parse(moments.at(-1)!.at)),
      runs: runs.map(({ id, enteredAt }) => ({ run: id, enteredAt: toIso(enteredAt) })),
    };
  });
}

async function versionsOf(tx: Transaction, workspace: Workspace, key: string, versions: readonly number[]): Promise<Map<number, Journey>> {
  const found = await findVersions(
    tx,
    workspace.id,
    'journey',
    [...new Set(versions)].map((version) => ({ key, version })),
  );
  return new Map(found.map(({ version, body }) => [version, toCandidate({ kind: 'journey', key, body }).body as Journey]));
}

function momentsOf(run: StoredRun, steps: readonly StoredStep[], bodies: ReadonlyMap<number, Journey>): Moment[] {
  const visits = new Map<string, number>();
  const moment = (key: string, version: number, at: number, step: StoredStep | null): Moment => {
    const visit = (visits.get(key) ?? 0) + 1;
    visits.set(key, visit);
    const known = bodies.get(version)?.steps.find((each) => each.key === key);
    return {
      step: key,
      visit,
      says: known ? sayStep(known) : key,
      at: toIso(at),
      left: isoOrNull(step?.at),
      next: step?.next ?? null,
      because: step?.because ?? null,
      until: step === null ? isoOrNull(run.state.wait?.until) : null,
      rules: [],
      messages: [],
      did: [],
      supposed: [],
    };
  };
  const moments = steps.map((step, index) => moment(step.step, step.version, steps[index - 1]?.at ?? run.enteredAt, step));
  const last = steps.at(-1);
  const stands = run.step !== null && (last === undefined || last.next === run.step);
  return stands ? [...moments, moment(run.step!, run.version, last?.at ?? run.enteredAt, null)] : moments;
}

const statuses: Partial<Record<StoredMessage['status'], MomentMessage['status']>> = { sent: 'sent', held: 'held', skipped: 'skipped' };

const toMomentMessage = (message: StoredMessage, zone: string, book: Rulebook): MomentMessage => ({
  id: message.id,
  template: message.template,
  channel: message.channel,
  subject: message.subject,
  status: statuses[message.status] ?? 'other',
  reason: message.reason,
  at: isoOrNull(message.status === 'held' ? message.dueAt : message.sentAt),
  says: sayMessage(message, zone, book),
  holds: [],
  unknown: [],
});
