import { type Instant, hour, isoOrNull, minute, ms, toIso } from '#contract/instant.ts';
import { isSame } from '#contract/diff.ts';
import type { MessageReason } from '#contract/message.ts';
import { Problem } from '#contract/problems.ts';
import type { BroadcastPlan } from '#contract/broadcast.ts';
import type { Estimate } from '#contract/routes/broadcasts.ts';
import { type BroadcastContent, contentOf, turnOf } from '#engine/broadcast/turn-of.ts';
import type { Candidate, Circumstances, Stop } from '#engine/message/circumstances.ts';
import { decideMessage, type Verdict } from '#engine/message/policy.ts';
import { addressOf } from '#engine/person.ts';
import * as store from '#store/broadcast-estimates.ts';
import { audienceAfter, countAudience, findBroadcast } from '#store/broadcasts.ts';
import type { Transaction } from '#store/database.ts';
import { stoppedScopes } from '#store/kill-switches.ts';
import { findSuppressions } from '#store/messages.ts';
import { loadPeople, namesOf } from '#store/people.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import { policyPast } from './circumstances.ts';
import type { Deps } from './deps.ts';
import { hashAddress, toPerson } from './rows.ts';

/**
 * What a broadcast would come to: everybody who is in its audience now is asked about as the last check would ask, at the instant at which it would be their turn, some
 * hundreds in a transaction. Nothing is written but how far it is; a process may die, and another one goes on.
 */

const peopleAtOnce = 500;
const sampleMax = 5;
const hoursMax = 200;
/** How often somebody who is held is asked about again, at the instant until which they are. */
const holdsMax = 6;

interface Group {
  people: number;
  first: Instant | null;
  last: Instant | null;
  sample: string[];
}
interface Result {
  looked: number;
  of: number;
  /** `gets reason` → who. */
  groups: Record<string, Group>;
  /** Hour → how many get it in it. */
  hours: Record<string, number>;
  /** Turn → how many have been given a place in the pace behind it. */
  behind: Record<string, number>;
}
interface Spec {
  plan: BroadcastPlan;
  content: BroadcastContent;
  at: Instant;
}

export async function startEstimate(deps: Deps, workspace: Workspace, actor: string, id: string): Promise<Estimate> {
  await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const broadcast = await findBroadcast(tx, workspace.id, id);
    if (!broadcast) throw new Problem('broadcast-unknown', { id });
    if (!['draft', 'scheduled'].includes(broadcast.state))
      throw new Problem('broadcast-state', { id, state: broadcast.state, needs: ['draft', 'scheduled'] });
    const { content, lacks } = contentOf(broadcast.plan, await deps.rulebooks.current(tx, workspace.id));
    if (content === null) throw new Problem('broadcast-incomplete', lacks);
    const at = workspaceNow(workspace, deps.now());
    const { people } = await countAudience(tx, workspace.id, broadcast.plan);
    const spec: Spec = { plan: broadcast.plan, content, at };
    const result: Result = { looked: 0, of: people, groups: {}, hours: {}, behind: {} };
    await store.openEstimate(tx, { id, workspace: workspace.id, spec, result, by: actor }, at);
  });
  deps.bus.pokeWork();
  return (await readEstimate(deps, workspace, id))!;
}

export async function cancelEstimate(deps: Deps, workspace: Workspace, id: string): Promise<Estimate | null> {
  await deps.db.transaction({ workspaces: [workspace.id] }, (tx) => store.cancelEstimate(tx, id));
  return readEstimate(deps, workspace, id);
}

export async function readEstimate(deps: Deps, workspace: Workspace, id: string): Promise<Estimate | null> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const broadcast = await findBroadcast(tx, workspace.id, id);
    if (!broadcast) throw new Problem('broadcast-unknown', { id });
    const stored = await store.findEstimate(tx, id);
    if (!stored) return null;
    const result = stored.result as Result;
    const groups = Object.entries(result.groups);
    const names = await namesOf(
      tx,
      groups.flatMap(([, group]) => group.sample),
    );
    return {
      state: stored.state,
      askedAt: toIso(stored.askedAt),
      askedBy: stored.askedBy,
      current: isSame((stored.spec as Spec).plan, broadcast.plan),
      looked: result.looked,
      of: Math.max(result.of, result.looked),
      groups: groups
        .map(([key, group]) => {
          const [gets, reason] = key.split(' ') as [Estimate['groups'][number]['gets'], MessageReason?];
          return {
            gets,
            reason: reason ?? null,
            people: group.people,
            first: isoOrNull(group.first),
            last: isoOrNull(group.last),
            sample: group.sample.flatMap((person) => {
              const known = names.get(person);
              return known ? [{ id: known.id, email: known.email, name: known.name }] : [];
            }),
          };
        })
        .sort(
          (a, b) => order.indexOf(a.gets) - order.indexOf(b.gets) || b.people - a.people || (a.first ?? '').localeCompare(b.first ?? ''),
        ),
      hours: Object.entries(result.hours)
        .map(([at, people]) => ({ at, people }))
        .sort((a, b) => (a.at < b.at ? -1 : 1)),
    };
  });
}
const order = ['at-once', 'later', 'not'];

/** Looks at the next people of an estimate, in any workspace. Answers whether there may be more right away. */
export async function estimateRound(deps: Deps): Promise<boolean> {
  const ids = await deps.workspaces.ids();
  const workspace = await deps.db.transaction({ workspaces: ids }, async (tx) => {
    const open = await store.takeOpenEstimate(tx, ids);
    if (!open) return null;
    const whose = await deps.workspaces.byId(open.workspace);
    const spec = open.spec as Spec;
    const { people, next } = await audienceAfter(tx, whose.id, spec.plan, open.after, peopleAtOnce);
    const result = await lookAt(deps, tx, whose, spec, open.result as Result, people);
    await store.saveEstimate(tx, { id: open.id, after: next, result, state: next === null ? 'done' : 'running' });
    return whose;
  });
  if (workspace === null) return false;
  deps.bus.changed(workspace.id, ['broadcasts']);
  return true;
}

async function lookAt(
  deps: Deps,
  tx: Transaction,
  workspace: Workspace,
  { plan, content, at: asked }: Spec,
  before: Result,
  ids: readonly string[],
): Promise<Result> {
  const result = structuredClone(before);
  const book = await deps.rulebooks.current(tx, workspace.id);
  const policy = book.capPolicy?.body ?? null;
  const stopped = (await stoppedScopes(tx, [workspace.id], ids)).get(workspace.id) ?? new Map<string, Stop>();
  const people = (await loadPeople(tx, ids)).map(toPerson).sort((a, b) => (a.id < b.id ? -1 : 1));
  const past = await policyPast(tx, new Map([[workspace.id, book]]), ids, asked);
  const keyOf = (person: (typeof people)[number]) => {
    const address = addressOf(person, content.channel);
    return address === null ? null : { workspace: workspace.id, channel: content.channel, addressHash: hashAddress(address) };
  };
  const suppressed = await findSuppressions(
    tx,
    people.flatMap((person) => keyOf(person) ?? []),
  );
  for (const person of people) {
    const key = keyOf(person);
    const given: Circumstances = {
      person,
      policy,
      workspaceZone: workspace.settings.zone,
      sent: past.sent.get(person.id) ?? [],
      events: past.events.get(person.id) ?? [],
      offers: book.offers,
      suppressed: (key && suppressed.get(`${key.workspace}/${key.channel}/${key.addressHash}`)) || null,
      stopped,
    };
    const due = turnOf(plan.when, person.zone, workspace.settings.zone, asked);
    const place = String(due);
    const paced = due + (plan.perMinute === null ? 0 : Math.floor((result.behind[place] ?? 0) * (minute / plan.perMinute)));
    const candidate: Candidate = {
      channel: content.channel,
      topic: plan.topic!,
      purpose: content.purpose,
      journey: null,
      expiresAt: paced + ms(plan.expiresAfter),
      actAt: null,
      runEnded: null,
      ifHeld: plan.ifHeld,
    };
    const { verdict, at, held } = askOn(candidate, given, paced);
    result.looked++;
    if (verdict.do === 'skip') {
      add(result, `not ${verdict.reason}`, person.id, null);
      continue;
    }
    // Whoever is held by something that nobody knows the end of gets it at no known time.
    const when = verdict.do === 'send' ? at : null;
    if (held === null) result.behind[place] = (result.behind[place] ?? 0) + 1;
    const reason = held ?? (when! - due >= minute ? 'pace' : null);
    add(result, when !== null && when - asked < minute ? 'at-once' : `later${reason === null ? '' : ` ${reason}`}`, person.id, when);
    if (when === null) continue;
    const begun = toIso(Math.floor(when / hour) * hour);
    if (begun in result.hours || Object.keys(result.hours).length < hoursMax) result.hours[begun] = (result.hours[begun] ?? 0) + 1;
  }
  return result;
}

/** Asks at an instant, and again at each until which it is held. `held` is the first reason for which it was. */
function askOn(candidate: Candidate, given: Circumstances, from: Instant): { verdict: Verdict; at: Instant; held: MessageReason | null } {
  let at = from;
  let held: MessageReason | null = null;
  for (let holds = 0; ; holds++) {
    const verdict = decideMessage(candidate, given, at);
    if (verdict.do !== 'hold' || holds === holdsMax) return { verdict, at, held };
    held ??= verdict.reason;
    at = verdict.until;
  }
}

function add({ groups }: Result, key: string, person: string, at: Instant | null): void {
  const group = groups[key] ?? { people: 0, first: null, last: null, sample: [] };
  groups[key] = {
    people: group.people + 1,
    first: at === null ? group.first : Math.min(group.first ?? at, at),
    last: at === null ? group.last : Math.max(group.last ?? at, at),
    sample: group.sample.length < sampleMax ? [...group.sample, person] : group.sample,
  };
}
