import { type IdentifierKind, IdentityPolicy, ownKinds } from '#contract/identity-policy.ts';
import { ms } from '#contract/instant.ts';
import { atPath, isObject } from '#contract/json.ts';

/** A name that somebody goes by: the kind as the policy calls it, and the value. */
export interface Name {
  kind: string;
  value: string;
}

export interface CompiledKind extends Omit<IdentifierKind, 'hold'> {
  /** 0 is the strongest. */
  place: number;
  hold: { more: number; within: number } | null;
}

/** The identity policy of a workspace, as it is asked for every fact. */
export interface CompiledPolicy {
  kinds: ReadonlyMap<string, CompiledKind>;
  /** Kinds by strength. */
  order: readonly CompiledKind[];
  /** Ids of other systems, by strength. */
  external: readonly CompiledKind[];
  refused: ReadonlySet<string>;
  /** Nothing but what every workspace has in its usual order: the common case, which needs no sorting. */
  usual: boolean;
}

/** What holds while a workspace has said nothing. */
export const standardPolicy: IdentityPolicy = IdentityPolicy.parse({
  name: 'Who is who',
  kinds: [
    { kind: 'user', mergeKnown: 'trusted' },
    { kind: 'anonymous', hold: { more: 50, within: 'P1D' }, sharedBy: 10 },
    { kind: 'email', hold: { more: 10, within: 'P1D' }, sharedBy: 10 },
    { kind: 'phone', hold: { more: 10, within: 'P1D' }, sharedBy: 10 },
    { kind: 'push' },
  ],
});

export function compilePolicy(body: IdentityPolicy = standardPolicy): CompiledPolicy {
  const missing = standardPolicy.kinds.filter((each) => !body.kinds.some((kind) => kind.kind === each.kind));
  const order = [...body.kinds, ...missing].map(
    (kind, place): CompiledKind => ({ ...kind, place, hold: kind.hold && { more: kind.hold.more, within: ms(kind.hold.within) } }),
  );
  const own: readonly string[] = ownKinds;
  return {
    kinds: new Map(order.map((each) => [each.kind, each])),
    order,
    external: order.filter((each) => !own.includes(each.kind)),
    refused: new Set(body.refused.map((value) => value.trim().toLowerCase())),
    usual: order.every((each, place) => each.kind === own[place] && each.unique && each.assert === 'anyone'),
  };
}

/** Words that programs and people write where they have no name: they never name anybody. */
const placeholders = new Set([
  '',
  'null',
  '(null)',
  '<null>',
  'nil',
  'undefined',
  '(undefined)',
  'nan',
  'none',
  'n/a',
  '#n/a',
  'unknown',
  '(unknown)',
  'not set',
  '(not set)',
  'empty',
  '0',
  '-1',
  '-',
  '--',
  '.',
  '?',
  '[]',
  '{}',
  '""',
  "''",
  '[object object]',
  'function',
  'true',
  'false',
  'anonymous',
  'anon',
  'guest',
  'visitor',
  'test',
  'testuser',
  'test-user',
  'test_user',
  'user_id',
  'userid',
  'anonymous_id',
  'anonymousid',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
]);
/** What stands before the @ of an address that nobody reads, or that only tries something out. */
const emptyLocals = new Set([
  'null',
  'undefined',
  'none',
  'nobody',
  'noemail',
  'no-email',
  'no_email',
  'unknown',
  'anonymous',
  'guest',
  'test',
  'testing',
  'na',
  'n.a',
  'noreply',
  'no-reply',
  'no_reply',
  'donotreply',
  'do-not-reply',
  'do_not_reply',
  'mailer-daemon',
  'postmaster',
]);

/** Why a value names nobody; null when it may name somebody. */
export function whyNobody(policy: CompiledPolicy, kind: string, value: string): string | null {
  const text = value.trim().toLowerCase();
  if (policy.refused.has(text)) return 'the workspace lists it';
  if (placeholders.has(text)) return 'it is written where there is no name';
  if (kind === 'email') {
    const at = text.lastIndexOf('@');
    if (at > 0 && emptyLocals.has(text.slice(0, at).split('+', 1)[0]!)) return 'nobody is reached by such an address';
  }
  if (kind === 'phone' && /^\+\d{0,3}(\d)\1{6,}$/.test(text)) return 'it is one digit again and again';
  if ((kind === 'user' || kind === 'anonymous') && text.length >= 8 && /^[0-]+$/.test(text)) return 'it is written where there is no name';
  return null;
}

/** The ids of other systems that a call carries, strongest first. */
export function externalNames(
  policy: CompiledPolicy,
  call: { context?: unknown; traits?: unknown; properties?: unknown; integrations?: unknown },
): Name[] {
  if (policy.external.length === 0) return [];
  const listed = isObject(call.context) && Array.isArray(call.context.externalIds) ? call.context.externalIds : [];
  const names: Name[] = [];
  for (const kind of policy.external) {
    const found = kind.from === undefined ? undefined : atPath(call, kind.from);
    const entry = listed.find((each) => isObject(each) && each.type === kind.kind) as Record<string, unknown> | undefined;
    const value = found ?? entry?.id;
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string' && text !== '' && text.length <= 400) names.push({ kind: kind.kind, value: text });
  }
  return names;
}

/** Whether two people become one by a kind. */
export function mayMerge(kind: CompiledKind | undefined, trusted: boolean, bothKnown: boolean): boolean {
  const rule = kind?.mergeKnown ?? 'never';
  if (bothKnown) return rule === 'always' || (rule === 'trusted' && trusted);
  return kind?.kind === 'anonymous' || trusted || rule === 'always';
}
