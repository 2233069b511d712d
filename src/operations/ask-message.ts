import { createHash } from 'node:crypto';
import { readAddress } from '#contract/address.ts';
import { mainKey } from '#contract/definition.ts';
import type { Template } from '#contract/definition-bodies.ts';
import type { IdentityPolicy } from '#contract/identity-policy.ts';
import { type Duration, type Instant, ms } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import { Problem } from '#contract/problems.ts';
import { compilePolicy, whyNobody } from '#engine/identity/policy.ts';
import { findAsked, insertAsked } from '#store/asked-messages.ts';
import type { Transaction } from '#store/database.ts';
import { findDefinition } from '#store/definitions.ts';
import { findIdentities, insertIdentities, laneOf, nobody } from '#store/identities.ts';
import { appendToInbox, type InboxEntry, lockLanesInOrder } from '#store/inbox.ts';
import { findMessage, insertMessages, type StoredMessage } from '#store/messages.ts';
import { loadPeople } from '#store/people.ts';
import { loadWorkspaces, type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { eventBytesMax, factId } from './ingest/normalise.ts';

/** Which mail, to whom (one of person, email and userId), and what it speaks of. */
export interface ToAsk {
  template: string;
  topic: string;
  person?: string | undefined;
  email?: string | undefined;
  userId?: string | undefined;
  data: Record<string, unknown>;
  expires: Duration;
}
/** Who asks, as the message will say, and the key by which it is asked for once. */
export interface Asker {
  by: string;
  /** A colleague by their session; else the API key of that name. */
  colleague: boolean;
  key: string;
}

/** Somebody may be joined to another one between being found and being locked; so often in a row, something else is wrong. */
const triesMax = 10;

/**
 * Asks for one message to one person. Its id is made from the workspace and the key, and it is written together with a row that only one transaction can write: however
 * often, by however many processes, and after whatever crash it is asked for again, there is one. It changes nothing of the person, so it goes into the outbox under the
 * lock of their lane; whoever becomes known by it does so by a fact in their inbox, which is heard before anything is sent to them.
 */
export async function askMessage(
  deps: Deps,
  workspace: Workspace,
  asker: Asker,
  given: ToAsk,
): Promise<{ message: StoredMessage; isRepeat: boolean }> {
  const id = factId(workspace.id, `asked:${asker.key}`);
  const requestHash = createHash('sha256').update(JSON.stringify(given)).digest('hex');
  const scope = { workspaces: [workspace.id] };
  const before = await deps.db.transaction(scope, (tx) => asAsked(tx, workspace, id, requestHash));
  if (before) return { message: before, isRepeat: true };
  if (Buffer.byteLength(JSON.stringify(given.data)) > eventBytesMax)
    throw new Problem('body-invalid', [{ path: 'data', message: 'must be at most 32 kB' }]);
  await deps.db.transaction(scope, (tx) => contentOf(deps, tx, workspace, given));
  for (let tries = 0; tries < triesMax; tries++) {
    const asked = await deps.db.transaction(scope, async (tx) => {
      const whom = await findWhom(deps, tx, workspace, given);
      if (whom === null) return null;
      await lockLanesInOrder(tx, [laneOf(whom.person)]);
      const [now] = await loadPeople(tx, [whom.person]);
      if (now?.mergedInto || now?.erasedAt) return null;
      const isNew = await insertAsked(tx, { workspace: workspace.id, message: id, requestHash, at: deps.now() });
      if (isNew) {
        const message = await toMessage(deps, tx, workspace, { id, person: whom.person, asker, given });
        if (whom.becomesKnownBy !== null)
          await appendToInbox(tx, [firstFact(workspace, whom.person, whom.becomesKnownBy, message.createdAt)]);
        await insertMessages(tx, [message]);
        deps.failpoint('ask.written');
      }
      return { message: (await asAsked(tx, workspace, id, requestHash))!, isRepeat: !isNew };
    });
    if (!asked) continue;
    deps.failpoint('ask.committed');
    deps.bus.changed(workspace.id, ['messages']);
    deps.bus.pokeWork([laneOf(asked.message.person)]);
    return asked;
  }
  throw new Problem('too-busy');
}

/** The message that was asked for under this id; refuses another request. */
async function asAsked(tx: Transaction, workspace: Workspace, id: string, requestHash: string): Promise<StoredMessage | null> {
  const before = await findAsked(tx, workspace.id, id);
  if (before === null) return null;
  if (before !== requestHash) throw new Problem('idempotency-mismatch');
  const message = await findMessage(tx, workspace.id, id);
  // The person was erased, and the message with them.
  if (!message) throw new Problem('message-unknown', { id });
  return message;
}

async function contentOf(deps: Deps, tx: Transaction, workspace: Workspace, { template: key, topic }: ToAsk) {
  const book = await deps.rulebooks.current(tx, workspace.id);
  const template = book.templates.get(key);
  const about = book.topics.get(topic);
  if (!template) throw new Problem('definition-unknown', { kind: 'template', key });
  if (!about) throw new Problem('definition-unknown', { kind: 'topic', key: topic });
  if (about.body.purpose !== 'transactional') throw new Problem('topic-marketing', { topic, purpose: about.body.purpose });
  if ((template.body as Template).channel !== 'email') throw new Problem('message-no-mail', { template: key });
  return { templateVersion: template.version, purpose: about.body.purpose };
}

async function toMessage(
  deps: Deps,
  tx: Transaction,
  workspace: Workspace,
  { id, person, asker, given }: { id: string; person: string; asker: Asker; given: ToAsk },
) {
  const { templateVersion, purpose } = await contentOf(deps, tx, workspace, given);
  // What time it is by a clock that is being turned, only the database says.
  const [current] = await loadWorkspaces(tx, [workspace.id]);
  const real = deps.now();
  const now = workspaceNow(current!, real);
  return {
    id,
    person,
    workspace: workspace.id,
    clock: workspace.clock?.clock ?? 0,
    journey: null,
    version: null,
    run: null,
    step: null,
    channel: 'email',
    template: given.template,
    templateVersion,
    topic: given.topic,
    purpose,
    details: { asked: { ...asker }, data: given.data as JsonObject },
    revision: current!.revision,
    evidence: null,
    createdAt: now,
    dueAt: now,
    expiresAt: now + ms(given.expires),
    storedAt: real,
  };
}

const nameIn = ({ person, email, userId }: ToAsk): Record<string, string> => ({
  ...(person === undefined ? {} : { id: person }),
  ...(email === undefined ? {} : { email }),
  ...(userId === undefined ? {} : { userId }),
});

/** Who is meant, and by which address they become known, if nobody has it yet; null when somebody else took it at this instant. */
async function findWhom(
  deps: Deps,
  tx: Transaction,
  workspace: Workspace,
  given: ToAsk,
): Promise<{ person: string; becomesKnownBy: string | null } | null> {
  if (given.person !== undefined) {
    const person = await whoIs(tx, workspace, given.person);
    if (person === null) throw new Problem('person-unknown', nameIn(given));
    return { person, becomesKnownBy: null };
  }
  const email = given.email === undefined ? null : readAddress(given.email);
  if (given.email !== undefined && email === null)
    throw new Problem('address-invalid', [{ path: 'email', message: 'must be one address such as ana@example.com' }]);
  const claim = email === null ? { kind: 'user' as const, value: given.userId! } : { kind: 'email' as const, value: email };
  const [known] = await findIdentities(tx, [{ workspace: workspace.id, ...claim }]);
  if (known && known.person !== nobody)
    // Whose first fact waits in the inbox has a name already, and no row yet.
    return { person: (await whoIs(tx, workspace, known.person)) ?? known.person, becomesKnownBy: null };
  if (email === null) throw new Problem('person-unknown', nameIn(given));
  const because = known ? 'it has been taken from everybody who had it' : await whyNobodyHas(tx, workspace, email);
  if (because !== null) throw new Problem('address-invalid', [{ path: 'email', message: because }]);
  const person = deps.newId(deps.now());
  await insertIdentities(tx, [{ workspace: workspace.id, ...claim, person }], () => workspaceNow(workspace, deps.now()));
  const [owner] = await findIdentities(tx, [{ workspace: workspace.id, ...claim }]);
  return owner?.person === person ? { person, becomesKnownBy: email } : null;
}

/** The person that an id means now. */
async function whoIs(tx: Transaction, workspace: Workspace, id: string): Promise<string | null> {
  let [person] = await loadPeople(tx, [id]);
  for (let hops = 0; person?.mergedInto && hops < 1_000; hops++) [person] = await loadPeople(tx, [person.mergedInto]);
  return person?.workspace === workspace.id && person.erasedAt === null ? person.id : null;
}

async function whyNobodyHas(tx: Transaction, workspace: Workspace, email: string): Promise<string | null> {
  const policy = await findDefinition(tx, workspace.id, 'identity-policy', mainKey);
  return whyNobody(compilePolicy((policy?.published ?? undefined) as IdentityPolicy | undefined), 'email', email);
}

/** The fact by which somebody becomes known. */
function firstFact(workspace: Workspace, person: string, email: string, at: Instant): InboxEntry {
  const messageId = `asked-person:${person}`;
  return {
    workspace: workspace.id,
    person,
    class: 'live',
    fact: {
      kind: 'identify',
      id: factId(workspace.id, messageId),
      messageId,
      at,
      acceptedAt: at,
      source: { trust: 'trusted', by: 'api-key', entryPoint: 'api' },
      traits: { email },
      envelope: {},
      claims: { email },
    },
  };
}
