import type { OutgoingEmail } from '#channels/channel.ts';
import { readAddress } from '#contract/address.ts';
import type { Template } from '#contract/definition-bodies.ts';
import { Problem } from '#contract/problems.ts';
import { HeaderRefused } from '#engine/message/header.ts';
import { RenderFailed } from '#engine/message/liquid.ts';
import { recordAudit } from '#store/audit.ts';
import { listColleagues } from '#store/colleagues.ts';
import type { Transaction } from '#store/database.ts';
import { listDefinitions } from '#store/definitions.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { SendingDeps } from './deliver.ts';
import { findPerson } from './edit-person.ts';
import { mistakesOfOne, toCandidate } from './plan.ts';
import { type ToWrite, writeMessage } from './write-message.ts';

/** Who sends a test, which draft of the mail, to whom, and as whom it is written. */
export interface ToTest {
  actor: string;
  /** The address of who sends it, as far as it is known. */
  own: string | null;
  body?: unknown;
  to?: string | undefined;
  person?: string | undefined;
  topic?: string | undefined;
}

/**
 * Sends a mail as it is written to a colleague, at once, by the way that the mail of the workspace takes. It is nobody's message: no row of it is kept but in the audit, it
 * tracks nothing, and its link to unsubscribe is for show.
 */
export async function testTemplate(
  deps: SendingDeps,
  workspace: Workspace,
  key: string,
  given: ToTest,
): Promise<{ to: string; subject: string; answer: string; mailbox: string | null }> {
  const to = await colleagueAddress(deps, given.to ?? given.own);
  const known = given.person === undefined ? null : await findPerson(deps, workspace, given.person);
  const now = deps.now();
  const id = deps.newId(now);
  const { template, purpose } = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => ({
    template: await templateToTest(tx, workspace, key, given.body),
    purpose: (await deps.rulebooks.current(tx, workspace.id)).topics.get(given.topic ?? '')?.body.purpose ?? 'marketing',
  }));
  const whom = known === null ? 'somebody of whom nothing is known' : (known.name ?? known.email ?? 'somebody without a name');
  const outgoing = write(deps, {
    message: { id, topic: given.topic ?? '', purpose, claimedAt: null },
    person: known ?? { id: '', traits: {}, email: null, name: null },
    settings: workspace.settings,
    workspace: workspace.id,
    template,
    event: null,
    topicName: '',
    utm: null,
    now: workspaceNow(workspace, now),
    test: { to, why: `This is a test of “${template.name}”, written as for ${whom}.`, unsubscribe: deps.links.testUnsubscribe },
  });
  const channel = deps.channelFor({ channel: 'email' }, workspace)!;
  const handover = await channel.send(outgoing, async () => true);
  if (handover.result !== 'sent')
    throw new Problem('channel-failed', { result: handover.result, answer: handover.result === 'disowned' ? '' : handover.answer });
  await deps.db.transaction({ workspaces: [workspace.id] }, (tx) =>
    recordAudit(
      tx,
      {
        workspace: workspace.id,
        actor: given.actor,
        what: `sent a test of the mail “${template.name}” to ${to}`,
        details: { template: key, person: known?.id ?? null },
      },
      now,
    ),
  );
  const isKept = channel.name === 'mailbox';
  if (isKept) deps.bus.changed(workspace.id, ['mailbox']);
  return { to, subject: outgoing.subject, answer: handover.answer, mailbox: isKept ? id : null };
}

/** The address of a colleague; anybody else's is refused, so that no customer gets a test. */
async function colleagueAddress(deps: SendingDeps, given: string | null): Promise<string> {
  const to = given === null ? null : readAddress(given);
  const colleagues = await listColleagues(deps.db);
  if (to === null || !colleagues.some(({ email }) => readAddress(email) === to)) throw new Problem('test-recipient');
  return to;
}

async function templateToTest(
  tx: Transaction,
  workspace: Workspace,
  key: string,
  body: unknown,
): Promise<Extract<Template, { channel: 'email' }>> {
  const standing = await listDefinitions(tx, workspace.id);
  const there = standing.find((each) => each.kind === 'template' && each.key === key);
  if (!there) throw new Problem('definition-unknown', { kind: 'template', key });
  const draft = toCandidate({ kind: 'template', key, body: body ?? there.draft });
  const mistakes = mistakesOfOne(draft, standing);
  if (mistakes.length > 0) throw new Problem('definition-invalid', mistakes);
  const template = draft.body as Template;
  if (template.channel !== 'email') throw new Problem('test-no-mail');
  return template;
}

function write(deps: SendingDeps, draft: ToWrite): OutgoingEmail {
  try {
    return writeMessage(draft, deps.links, deps.webhookSecret) as OutgoingEmail;
  } catch (error) {
    if (!(error instanceof RenderFailed) && !(error instanceof HeaderRefused)) throw error;
    throw new Problem('definition-invalid', [{ path: '(all)', message: `cannot be written for this person: ${error.message}` }]);
  }
}
