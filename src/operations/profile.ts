import { isoOrNull, toIso } from '#contract/instant.ts';
import type { PersonDetail } from '#contract/routes/people.ts';
import { sayEnd } from '#engine/journey/run.ts';
import { isDateSegment } from '#engine/journey/trigger.ts';
import { wakesAt } from '#engine/journey/advance.ts';
import { isRecycle } from '#engine/lifecycle/stall.ts';
import { capsLeft, capsReach } from '#engine/message/caps.ts';
import { consentTo } from '#engine/person.ts';
import { loadEvents } from '#store/events.ts';
import { identitiesOf, nameOf } from '#store/identities.ts';
import { consentsOf, movesOf, tasksOf } from '#store/histories.ts';
import { findSuppressions, sentSince } from '#store/messages.ts';
import { mergedInto } from '#store/people.ts';
import { runsOfPerson } from '#store/runs.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { findPerson } from './edit-person.ts';
import { hashAddress, toPerson, toRun } from './rows.ts';

/** All that is known of a person, and what stands now: stage, runs, consents, whom they can be reached by, how much of the caps is left. */
export async function profile(deps: Deps, workspace: Workspace, id: string): Promise<PersonDetail> {
  const stored = await findPerson(deps, workspace, id);
  const person = toPerson(stored);
  const now = workspaceNow(workspace, deps.now());
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const book = await deps.rulebooks.current(tx, workspace.id);
    const policy = book.capPolicy?.body ?? null;
    const sent = await sentSince(tx, [stored.id], now - (policy ? capsReach(policy) : 0));
    const addressHash = person.email === null ? null : hashAddress(person.email);
    const suppressed =
      addressHash === null
        ? undefined
        : (await findSuppressions(tx, [{ workspace: workspace.id, channel: 'email', addressHash }])).values().next().value;
    const consent = consentTo(person, 'marketing', 'email');
    const [evidence] =
      person.state.stageEvidence === null ? [] : await loadEvents(tx, [{ person: stored.id, id: person.state.stageEvidence }]);
    const reachable = person.email !== null && !suppressed && consent.given;
    const why =
      person.email === null
        ? 'No address is known.'
        : suppressed
          ? `The address is suppressed: ${suppressed.because}.`
          : consent.withdrawnAt !== null
            ? 'Consent to marketing was withdrawn.'
            : consent.given
              ? 'There is an address and consent to marketing.'
              : 'There is no consent to marketing.';
    return {
      id: stored.id,
      email: stored.email,
      name: stored.name,
      phone: stored.phone,
      stage: stored.stage,
      score: stored.score,
      owner: stored.owner,
      createdAt: toIso(stored.createdAt),
      lastSeenAt: isoOrNull(stored.lastSeenAt),
      traits: stored.traits,
      identities: (await identitiesOf(tx, stored.id)).map((identity) => ({
        ...nameOf(identity),
        since: toIso(identity.since),
        origin: identity.origin,
      })),
      stageSince: isoOrNull(stored.stageSince),
      stageEvidence: evidence
        ? { id: evidence.id, what: evidence.name, at: toIso(evidence.happenedAt) }
        : person.state.stageEvidence === null
          ? null
          : { id: person.state.stageEvidence, what: 'evidence that is no longer kept', at: null },
      recycles: (await movesOf(tx, stored.id)).filter(isRecycle).map(({ at, from, to, reason }) => ({
        at: toIso(at),
        from: from ?? '',
        to,
        reason: reason ?? '',
      })),
      entryPoint: stored.entryPoint,
      firstSource: stored.firstSource as PersonDetail['firstSource'],
      zone: stored.zone,
      segments: Object.entries(person.state.segments)
        .filter(([key]) => !isDateSegment(key))
        .map(([key, since]) => ({
          key,
          name: book.segments.find((segment) => segment.key === key)?.name ?? key,
          since: toIso(since),
        })),
      scores: book.scores.map((score) => ({ key: score.key, name: score.body.name, value: person.state.scores[score.key] ?? 0 })),
      runs: (await runsOfPerson(tx, stored.id)).map((run) => {
        const journey = book.versions.get(`${run.journey}@${run.version}`) ?? book.journeys.get(run.journey);
        const wake = run.status === 'live' && journey ? wakesAt(journey, toRun(run)) : null;
        return {
          id: run.id,
          journey: run.journey,
          name: journey?.body.name ?? run.journey,
          version: run.version,
          step: run.step,
          status: run.status,
          enteredAt: toIso(run.enteredAt),
          endedAt: isoOrNull(run.endedAt),
          endReason: run.endReason === null ? null : sayEnd(run.endReason),
          wakesAt: wake === null || wake === Number.POSITIVE_INFINITY ? null : toIso(wake),
        };
      }),
      consents: (await consentsOf(tx, stored.id))
        .filter((row) => row.tookEffect)
        .map((row) => ({
          purpose: row.change.purpose,
          channel: row.change.channel,
          state: row.change.state,
          at: toIso(row.at),
          method: row.change.method,
          actor: row.change.actor,
          wording: row.change.wording,
        })),
      reachability: [{ channel: 'email', reachable, why }],
      capsLeft: capsLeft(policy, { person, workspaceZone: workspace.settings.zone, sent }, now).map((cap) => ({
        ...cap,
        frees: isoOrNull(cap.frees),
      })),
      tasks: (await tasksOf(tx, stored.id)).map((task) => ({
        id: task.id,
        title: task.title,
        owner: task.owner,
        dueAt: toIso(task.dueAt),
        doneAt: isoOrNull(task.doneAt),
        asks: task.asks,
      })),
      paused: person.state.paused ? { ...person.state.paused, since: toIso(person.state.paused.since) } : null,
      stopped: person.state.stopped
        ? { since: toIso(person.state.stopped.since), by: person.state.stopped.by, reason: person.state.stopped.reason }
        : null,
      locked: person.state.locked
        ? {
            since: toIso(person.state.locked.since),
            journeys: person.state.locked.journeys.map((key) => ({ key, name: book.journeys.get(key)?.body.name ?? key })),
          }
        : null,
      mergedFrom: await mergedInto(tx, stored.id),
    };
  });
}
