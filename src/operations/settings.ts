import type { Channel } from '#channels/channel.ts';
import { readAddress } from '#contract/address.ts';
import { Problem } from '#contract/problems.ts';
import type { WorkspaceSettings } from '#contract/routes/operate.ts';
import { composeEmail } from '#engine/message/compose.ts';
import { isZone } from '#engine/local-time.ts';
import { recordAudit } from '#store/audit.ts';
import { saveSettings as storeSettings, type Workspace } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';

/** Changes settings of a workspace; refuses zones, languages and addresses that cannot be meant. */
export async function saveSettings(
  deps: Deps,
  workspace: Workspace,
  actor: string,
  changes: { [K in keyof WorkspaceSettings]?: WorkspaceSettings[K] | undefined },
): Promise<WorkspaceSettings> {
  if (changes.zone !== undefined && !isZone(changes.zone))
    throw new Problem('body-invalid', [{ path: 'zone', message: 'must be an IANA zone such as Europe/Vienna' }]);
  if (changes.language !== undefined && !isLanguage(changes.language))
    throw new Problem('body-invalid', [{ path: 'language', message: 'must be a language tag such as en or de-AT' }]);
  for (const field of ['senderEmail', 'replyTo'] as const)
    if (changes[field] && readAddress(changes[field]) === null)
      throw new Problem('address-invalid', [{ path: field, message: 'must be one address such as ana@example.com' }]);
  for (const field of ['name', 'senderName'] as const)
    if (changes[field] !== undefined && /\p{Cc}/u.test(changes[field]))
      throw new Problem('body-invalid', [{ path: field, message: 'must be one line' }]);
  const settings = { ...workspace.settings, ...changes } as WorkspaceSettings;
  await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    await storeSettings(tx, workspace.id, settings);
    await recordAudit(
      tx,
      { workspace: workspace.id, actor, what: `changed settings: ${Object.keys(changes).join(', ')}`, details: {} },
      deps.now(),
    );
  });
  await deps.workspaces.refresh();
  deps.bus.changed(workspace.id, ['settings']);
  return settings;
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

/** Sends one mail through the mail server and answers what the other side said. */
export async function sendTestMail(deps: Deps, email: Channel | null, workspace: Workspace, to: string): Promise<{ answer: string }> {
  if (!email) throw new Problem('channel-missing');
  const address = readAddress(to);
  const { settings } = workspace;
  if (address === null) throw new Problem('address-invalid', [{ path: 'to', message: 'must be one address such as ana@example.com' }]);
  if (!settings.senderEmail) throw new Problem('address-invalid', [{ path: 'senderEmail', message: 'set a From address first' }]);
  const key = deps.newId(deps.now());
  const raw = composeEmail({
    from: { name: settings.senderName || settings.name, address: settings.senderEmail },
    to: { address },
    subject: `A test from ${settings.name}`,
    html: '<p>This is a test. If you can read it, your mail server works.</p>',
    text: 'This is a test. If you can read it, your mail server works.',
    messageId: `${key}@${settings.senderEmail.split('@')[1]}`,
    date: deps.now(),
    headers: { 'Auto-Submitted': 'auto-generated' },
    boundarySeed: key,
  });
  const handover = await email.send(
    {
      channel: 'email',
      key,
      envelope: { from: settings.senderEmail, to: address },
      raw,
      subject: 'A test',
      workspace: workspace.id,
      person: null,
    },
    async () => true,
  );
  if (handover.result === 'sent') return { answer: handover.answer };
  throw new Problem('channel-failed', { result: handover.result, answer: handover.result === 'disowned' ? '' : handover.answer });
}
