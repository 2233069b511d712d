import type { BodyOf } from '#contract/definition.ts';
import { day, type Instant } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import { traitOf } from '#engine/rule/kinds/person.ts';
import type { StoredPerson } from '#store/people.ts';
import type { Workspace } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';
import { findPerson } from './edit-person.ts';
import type { LinkClaim, Links } from './links.ts';
import { toPerson } from './rows.ts';

/**
 * Somebody who comes to a hosted form by a link of their own mail is recognised by a signed token in its address, so that the form need not ask for what is known.
 * The page shows no value of theirs: whoever holds the mail learns that an answer is known, never which. Nothing is kept in the browser.
 */

/** How long a form recognises somebody after they followed the link. */
const recognisedFor = 30 * day;

/** Where a followed link leads: a form of ours is told who comes. */
export function destinationOf(links: Links, claim: LinkClaim, now: Instant): string {
  if (!links.isForm(claim.url)) return claim.url;
  const url = new URL(claim.url);
  url.searchParams.set('visitor', links.token({ ...claim, kind: 'form', link: 0, url: String(now + recognisedFor) }));
  return url.href;
}

/** Who a token stands for, if it is of this workspace, not too old, and they can be told apart by an address. Null for everybody else. */
export async function formVisitor(deps: Deps, links: Links, workspace: Workspace, token: unknown): Promise<StoredPerson | null> {
  if (typeof token !== 'string' || token === '') return null;
  try {
    const claim = links.read('form', token);
    if (claim.workspace !== workspace.id || !(Number(claim.url) > deps.now())) return null;
    const person = await findPerson(deps, workspace, claim.person);
    return person.email === null && person.phone === null ? null : person;
  } catch (error) {
    if (error instanceof Problem && ['token-invalid', 'person-unknown'].includes(error.code)) return null;
    throw error;
  }
}

/** The fields of a form that need not be asked: those that are known. What somebody says in their own words is asked each time. */
export function knownFields(form: NonNullable<BodyOf<'entry-point'>['form']>, visitor: StoredPerson | null): ReadonlySet<string> {
  if (visitor === null) return new Set();
  const person = toPerson(visitor);
  return new Set(
    form.fields
      .filter((field) => field.type !== 'textarea' && ![undefined, null, ''].includes(traitOf(person, field.path) as undefined))
      .map((field) => field.path),
  );
}
