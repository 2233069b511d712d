import type { LooseDefinition } from '#contract/definition.ts';
import type { CapPolicy } from '#contract/cap-policy.ts';
import { plainPolicy } from '#contract/house-policy.ts';
import type { WorkspaceSettings } from '#contract/routes/operate.ts';
import { saveDraft } from '#store/definitions.ts';
import { allWorkspaces, createWorkspace } from '#store/workspaces.ts';
import { readBlueprint } from './blueprint.ts';
import { applySet } from './definitions.ts';
import type { Deps } from './deps.ts';

const defaults = (name: string): WorkspaceSettings => ({
  name,
  zone: 'Europe/Berlin',
  language: 'en',
  currency: 'EUR',
  senderName: '',
  senderEmail: '',
  replyTo: '',
  postalAddress: '',
  trackOpens: true,
  trackClicks: true,
  eventRetentionDays: 396,
  review: 'off',
  coolingOff: 'PT1H',
  ...plainPolicy,
});

const practiceSettings: WorkspaceSettings = {
  ...defaults('Practice'),
  liveLimit: 'off',
  senderName: 'Linden Studio',
  senderEmail: 'hello@linden-studio.example',
  postalAddress: 'Linden Studio, 12 Garden Lane, 10115 Berlin',
};

/** In practice nobody waits at night for an answer to what they did; so there quiet hours show what they hold up, without exception. */
function strictAtNight(given: LooseDefinition): LooseDefinition {
  if (given.kind !== 'cap-policy') return given;
  const body = given.body as CapPolicy;
  return { ...given, body: { ...body, quietHours: body.quietHours && { ...body.quietHours, answersWithin: 'PT0S' } } };
}

/** Makes the workspaces of a new installation. */
export async function firstStart(deps: Deps, practice: boolean): Promise<void> {
  const before = await allWorkspaces(deps.db);
  const missing = (slug: string): boolean => !before.some((workspace) => workspace.slug === slug);
  // A practice workspace without a revision is one that a crash left before its definitions were published.
  const practiceIsBare = practice && !before.some((workspace) => workspace.slug === 'practice' && workspace.revision > 0);
  const blueprint = missing('main') || practiceIsBare ? await readBlueprint('service-business') : [];
  const now = deps.now();
  // With its drafts in one transaction: a crash leaves none of it, and of two processes that start at once one makes it.
  if (missing('main'))
    await deps.db.asOwner(async (tx) => {
      const id = await createWorkspace(tx, { slug: 'main', practice: false, settings: defaults('My business') }, now);
      if (id !== null) for (const { kind, key, body } of blueprint) await saveDraft(tx, id, kind, key, body, 'blueprint', now);
    });
  if (practiceIsBare)
    await deps.db.asOwner((tx) => createWorkspace(tx, { slug: 'practice', practice: true, settings: practiceSettings }, now));
  await deps.workspaces.refresh();
  if (practiceIsBare)
    await applySet(deps, await deps.workspaces.bySlug('practice'), 'blueprint', {
      definitions: blueprint.map(strictAtNight),
      publish: true,
      note: 'the blueprint for a service business',
    });
}
