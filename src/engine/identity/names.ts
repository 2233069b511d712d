import { readAddress, readPhone } from '#contract/address.ts';
import { isObject } from '#contract/json.ts';
import { type CompiledPolicy, externalNames, type Name, whyNobody } from './policy.ts';

/** A name as it stands in a person's state. */
export const nameKey = (name: Name): string => `${name.kind} ${name.value}`;

/** What a fact carries by which somebody is named. */
export interface Call {
  userId?: unknown;
  anonymousId?: unknown;
  previousId?: unknown;
  context?: unknown;
  traits?: unknown;
  properties?: unknown;
}

/** The names that a fact gives, the strongest kind first; those that name nobody are left out. */
export function namesOf(policy: CompiledPolicy, call: Call): Name[] {
  const names: Name[] = [];
  const add = (kind: string, value: unknown): void => {
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string' && text !== '' && text.length <= 500 && whyNobody(policy, kind, text) === null)
      names.push({ kind, value: text });
  };
  add('user', call.userId);
  for (const name of externalNames(policy, call)) add(name.kind, name.value);
  add('anonymous', call.anonymousId);
  const traits = isObject(call.traits) ? call.traits : {};
  add('email', readAddress(traits.email));
  add('phone', readPhone(traits.phone));
  return names
    .filter((name) => policy.kinds.get(name.kind)?.unique ?? true)
    .sort((a, b) => (policy.kinds.get(a.kind)?.place ?? 99) - (policy.kinds.get(b.kind)?.place ?? 99));
}
