import { readAddress, readPhone } from '#contract/address.ts';
import type { BodyOf } from '#contract/definition.ts';
import type { Json, JsonObject } from '#contract/json.ts';
import { type Mistake, Problem } from '#contract/problems.ts';
import { fromText, whyUnfit } from '#engine/fields.ts';
import { withTrait } from '#engine/traits.ts';
import type { StoredPerson } from '#store/people.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { knownFields } from './form-visitor.ts';
import type { Acceptor } from './ingest/accept.ts';
import { claimsFrom, factId, storable } from './ingest/normalise.ts';

/** The published entry point of kind form under a key. */
export async function formOf(deps: Deps, workspace: Workspace, key: string): Promise<BodyOf<'entry-point'>> {
  const found = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) =>
    (await deps.rulebooks.current(tx, workspace.id)).entryPoints.get(key),
  );
  if (!found?.body.form) throw new Problem('form-unknown', { form: key });
  return found.body;
}

/** Takes a submission: an event with the values as traits, and the consent with the exact words that stood beside the box. Nothing is kept when something is missing. */
export async function submitForm(
  deps: Deps,
  acceptor: Acceptor,
  workspace: Workspace,
  key: string,
  entryPoint: BodyOf<'entry-point'>,
  given: Record<string, string>,
  visit: { referrer: string | null; userAgent: string | null },
  /** Who was recognised, so that what is known of them need not be given. */
  visitor: StoredPerson | null = null,
): Promise<{ mistakes: Mistake[] }> {
  const form = entryPoint.form!;
  const { fields } = await deps.db.transaction({ workspaces: [workspace.id] }, (tx) => deps.rulebooks.current(tx, workspace.id));
  const known = knownFields(form, visitor);
  const mistakes: Mistake[] = [];
  let traits: JsonObject = {};
  for (const field of form.fields) {
    const value = (storable((given[field.path] ?? '').trim().slice(0, 5_000) as Json) as string) ?? '';
    if (value === '') {
      if (field.required && !known.has(field.path)) mistakes.push({ path: field.path, message: `${field.label} is needed.` });
      continue;
    }
    if (field.type === 'email' && readAddress(value) === null)
      mistakes.push({ path: field.path, message: 'This is not an address that mail can be sent to.' });
    if (field.type === 'phone' && readPhone(value) === null)
      mistakes.push({ path: field.path, message: 'Write the number with its country, such as +43 660 1234567.' });
    if (field.type === 'select' && !(field.options ?? []).includes(value))
      mistakes.push({ path: field.path, message: 'Choose one of the list.' });
    const defined = fields.byPath.get(field.path);
    const read = fromText(defined, value);
    const unfit = defined && mistakes.every((each) => each.path !== field.path) ? whyUnfit(defined, read) : null;
    if (unfit) mistakes.push({ path: field.path, message: unfit.reason });
    traits = withTrait(traits, field.path, read);
  }
  const claims = claimsFrom(traits);
  if (mistakes.length === 0 && !claims.email && !claims.phone && visitor === null)
    mistakes.push({ path: form.fields[0]!.path, message: 'An e-mail address or a phone number is needed.' });
  if (mistakes.length > 0) return { mistakes };

  const now = workspaceNow(workspace, deps.now());
  const messageId = `form:${deps.newId(deps.now())}`;
  const consent =
    entryPoint.consent && given.consent === 'yes'
      ? [
          {
            purpose: entryPoint.consent.purpose,
            channel: '*',
            state: 'granted' as const,
            wording: entryPoint.consent.wording,
            method: 'form' as const,
            actor: 'person',
          },
        ]
      : [];
  await acceptor.accept([
    {
      names: {
        workspace: workspace.id,
        user: null,
        anonymous: null,
        email: claims.email ?? visitor?.email ?? null,
        phone: claims.phone ?? (claims.email || visitor?.email ? null : (visitor?.phone ?? null)),
        trusted: false,
      },
      class: 'live',
      fact: {
        kind: 'event',
        call: 'track',
        name: form.event,
        id: factId(workspace.id, messageId),
        messageId,
        at: now,
        acceptedAt: now,
        source: { trust: 'write', by: `form:${key}`, entryPoint: key },
        properties: { form: key, title: form.title },
        envelope: { context: { page: { url: `/f/${key}`, referrer: visit.referrer }, userAgent: visit.userAgent?.slice(0, 300) ?? null } },
        claims,
        consent,
        traits,
      },
    },
  ]);
  return { mistakes: [] };
}
