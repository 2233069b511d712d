import type { Json, JsonObject } from '#contract/json.ts';

/** Traits with the value at a dotted path set; null removes it. The given object stays as it was. */
export function withTrait(traits: JsonObject, path: string, value: Json): JsonObject {
  const [first, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length > 0) {
    const inner = traits[first];
    const object = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
    return { ...traits, [first]: withTrait(object, rest.join('.'), value) };
  }
  if (value !== null) return { ...traits, [first]: value };
  const { [first]: _removed, ...others } = traits;
  return others;
}

/** Traits after an identify call: each key replaces what was there, null removes. Keys that reach into an object's own workings are dropped. */
export function mergeTraits(before: JsonObject, changes: JsonObject): JsonObject {
  const after = { ...before };
  for (const [key, value] of Object.entries(changes)) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') continue;
    if (value === null) delete after[key];
    else after[key] = value;
  }
  return after;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 300) : null);

/** The name a person goes by, from the traits that Segment's spec names. */
export function nameFrom(traits: JsonObject): string | null {
  const full = text(traits.name);
  if (full) return full;
  const first = text(traits.firstName) ?? text(traits.first_name);
  const last = text(traits.lastName) ?? text(traits.last_name);
  return [first, last].filter(Boolean).join(' ') || null;
}
