import { readAddress, readPhone } from '#contract/address.ts';
import type { ConsentState } from '#contract/consent.ts';
import type { Claims, Fact } from '#contract/fact.ts';
import type { Json, JsonObject } from '#contract/json.ts';
import { Problem } from '#contract/problems.ts';
import type { PersonState } from '#engine/person.ts';
import { recordAudit } from '#store/audit.ts';
import type { Transaction } from '#store/database.ts';
import { findIdentities, insertIdentities, laneOf } from '#store/identities.ts';
import { appendToInbox } from '#store/inbox.ts';
import { knownEvents } from '#store/events.ts';
import { loadPeople, type StoredPerson } from '#store/people.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { depthMax, factId, storable, tooDeep } from './ingest/normalise.ts';
import { finishErasures } from './upkeep.ts';

/** How long an edit waits for its own fact to be processed before it says that it is queued. */
const waitMax = 5_000;

type Changing = Pick<Fact, 'kind'> & Record<string, unknown>;

/** The person that an id means now: the one that theirs was merged into, if it was. */
export async function findPerson(deps: Deps, workspace: Workspace, id: string): Promise<StoredPerson> {
  const person = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    let [found] = await loadPeople(tx, [id]);
    for (let hops = 0; found?.mergedInto && hops < 1_000; hops++) [found] = await loadPeople(tx, [found.mergedInto]);
    return found;
  });
  if (!person || person.erasedAt !== null || person.workspace !== workspace.id) throw new Problem('person-unknown', { id });
  return person;
}

/** Appends a colleague's fact and waits until it has been processed, so that the answer shows what came of it. */
const carryOut = (deps: Deps, workspace: Workspace, person: string, actor: string, change: Changing, what: string): Promise<void> =>
  carryOutAll(deps, workspace, [person], actor, change, what);

/** The same fact about several people, as one change; `also` is done in its transaction. */
export async function carryOutAll(
  deps: Deps,
  workspace: Workspace,
  people: readonly string[],
  actor: string,
  change: Changing,
  what: string,
  also: (tx: Transaction) => Promise<void> = async () => undefined,
): Promise<void> {
  if (people.length === 0) return;
  const now = deps.now();
  const at = workspaceNow(workspace, now);
  const entries = people.map((person) => {
    const messageId = `admin:${deps.newId(now)}`;
    const fact = {
      ...change,
      id: factId(workspace.id, messageId),
      messageId,
      at,
      acceptedAt: at,
      source: { trust: 'trusted', by: actor, entryPoint: 'manual' },
    } as unknown as Fact;
    return { workspace: workspace.id, person, class: 'admin' as const, fact };
  });
  await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    await appendToInbox(tx, entries);
    await also(tx);
    const details = people.length === 1 ? { person: people[0]! } : { people: people.length };
    await recordAudit(tx, { workspace: workspace.id, actor, what, details }, now);
  });
  deps.bus.pokeWork(people.map(laneOf));
  await until(() =>
    deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
      const done = await knownEvents(
        tx,
        entries.map(({ person, fact }) => ({ person, id: fact.id })),
        deps.now(),
      );
      if (done.size >= entries.length) return true;
      const gone = (await loadPeople(tx, people)).filter((row) => row.erasedAt !== null);
      return done.size + gone.length >= entries.length;
    }),
  );
}

/** Waits until a condition holds, asking more and more rarely; a fact that takes longer is safe in the inbox. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const started = performance.now();
  for (let pause = 4; performance.now() - started < waitMax; pause = Math.min(100, pause * 1.5)) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new Problem('fact-delayed');
}

export async function addPerson(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  given: {
    email?: string | undefined;
    userId?: string | undefined;
    phone?: string | undefined;
    traits: Record<string, unknown>;
    entryPoint: string;
  },
): Promise<string> {
  const traits = readTraits(given.traits);
  const claims = readClaims({
    ...traits,
    ...(given.email === undefined ? {} : { email: given.email }),
    ...(given.phone === undefined ? {} : { phone: given.phone }),
  });
  const now = deps.now();
  const person = deps.newId(now);
  const identities = [
    ...(given.userId ? [{ workspace: workspace.id, kind: 'user' as const, value: given.userId, person }] : []),
    ...(claims.email ? [{ workspace: workspace.id, kind: 'email' as const, value: claims.email, person }] : []),
    ...(claims.phone ? [{ workspace: workspace.id, kind: 'phone' as const, value: claims.phone, person }] : []),
  ];
  if (identities.length === 0)
    throw new Problem('body-invalid', [{ path: 'email', message: 'give an email, a phone number or a user id' }]);
  await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    await insertIdentities(tx, identities, () => workspaceNow(workspace, now));
    refuseTaken(await findIdentities(tx, identities), person);
  });
  await carryOut(
    deps,
    workspace,
    person,
    actor,
    {
      kind: 'identify',
      traits: { ...traits, ...(claims.email ? { email: claims.email } : {}), ...(claims.phone ? { phone: claims.phone } : {}) },
      envelope: given.userId ? { userId: given.userId } : {},
      claims,
    },
    'added a person',
  );
  return person;
}

export async function editPerson(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  id: string,
  changes: Record<string, unknown>,
): Promise<void> {
  const person = await findPerson(deps, workspace, id);
  const traits = readTraits(changes);
  const claims = readClaims(traits);
  const identities = [
    ...(claims.email ? [{ workspace: workspace.id, kind: 'email' as const, value: claims.email, person: person.id }] : []),
    ...(claims.phone ? [{ workspace: workspace.id, kind: 'phone' as const, value: claims.phone, person: person.id }] : []),
  ];
  if (identities.length > 0)
    await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
      await insertIdentities(tx, identities, () => workspaceNow(workspace, deps.now()));
      refuseTaken(await findIdentities(tx, identities), person.id);
    });
  await carryOut(deps, workspace, person.id, actor, { kind: 'edit', traits, claims, actor }, 'edited a person');
}

/** Traits as they can be kept; refuses what nests deeper than an event may. */
function readTraits(given: Record<string, unknown>): JsonObject {
  if (tooDeep(given as Json, depthMax)) throw new Problem('body-invalid', [{ path: 'traits', message: `nests deeper than ${depthMax}` }]);
  return storable(given as Json) as JsonObject;
}

/** Addresses that a colleague typed must be right; what a client sends is only ignored when it is not. */
function readClaims(traits: JsonObject): Claims {
  const claims: Claims = {};
  if (traits.email !== undefined && traits.email !== null) {
    const email = readAddress(traits.email);
    if (email === null) throw new Problem('address-invalid', [{ path: 'email', message: 'must be one address such as ana@example.com' }]);
    claims.email = email;
  }
  if (traits.phone !== undefined && traits.phone !== null) {
    const phone = readPhone(traits.phone);
    if (phone === null)
      throw new Problem('body-invalid', [{ path: 'phone', message: 'must be an international number such as +43 660 1234567' }]);
    claims.phone = phone;
  }
  return claims;
}

function refuseTaken(found: readonly { person: string; kind: string }[], person: string): void {
  const taken = found.find((identity) => identity.person !== person);
  if (taken) throw new Problem('identity-taken', { kind: taken.kind, id: taken.person });
}

export async function erasePerson(deps: Deps, workspace: Workspace, actor: string, id: string): Promise<void> {
  const person = await findPerson(deps, workspace, id);
  await carryOut(deps, workspace, person.id, actor, { kind: 'erase', actor }, 'erased a person');
  await finishErasures(deps);
}

export async function overrideStage(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  id: string,
  to: string,
  reason: string,
): Promise<void> {
  if (reason === '') throw new Problem('reason-needed');
  const person = await findPerson(deps, workspace, id);
  const stages = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => [
    ...((await deps.rulebooks.current(tx, workspace.id)).lifecycle?.stages.keys() ?? []),
  ]);
  if (!stages.includes(to)) throw new Problem('stage-unknown', { stages });
  await carryOut(deps, workspace, person.id, actor, { kind: 'override', to, reason, actor }, `moved a person to ${to}`);
}

export async function changeConsent(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  id: string,
  change: { purpose: string; channel: string; state: ConsentState; wording: string | null },
): Promise<void> {
  const person = await findPerson(deps, workspace, id);
  const { consents } = person.state as PersonState;
  const withdrawn = [`${change.purpose}/${change.channel}`, `${change.purpose}/*`].some((key) => consents[key]?.state === 'withdrawn');
  if (change.state === 'granted' && withdrawn) throw new Problem('consent-withdrawn');
  await carryOut(
    deps,
    workspace,
    person.id,
    actor,
    { kind: 'consent', changes: [{ ...change, method: 'admin', actor }], message: null },
    `recorded consent to ${change.purpose}: ${change.state}`,
  );
}
