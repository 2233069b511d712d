import type { z } from 'zod';
import { isObject } from '#contract/json.ts';

/** The parts of a schema that the order of keys depends on; the public `def` of zod's schemas. */
interface Def {
  type: string;
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  innerType?: z.ZodType;
  in?: z.ZodType;
  valueType?: z.ZodType;
  options?: z.ZodType[];
  getter?: () => z.ZodType;
}
const defOf = (schema: z.ZodType): Def => schema.def as unknown as Def;

/**
 * The same value with every object's keys in the order in which its schema names them, so that a definition is written alike wherever it was kept
 * (a jsonb column orders keys by length). Keys that the schema does not name, and those of records, follow in alphabetical order. Never fails: a
 * value with mistakes is ordered as far as it is understood.
 */
export function inSchemaOrder(schema: z.ZodType | undefined, value: unknown): unknown {
  const def = schema && defOf(schema);
  switch (def?.type) {
    case 'lazy':
      return inSchemaOrder(def.getter?.(), value);
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
      return inSchemaOrder(def.innerType, value);
    case 'pipe':
      return inSchemaOrder(def.in, value);
    case 'union':
      return inSchemaOrder(bestOption(def.options ?? [], value), value);
  }
  if (Array.isArray(value)) return value.map((item) => inSchemaOrder(def?.element, item));
  if (!isObject(value)) return value;
  const named = Object.keys(def?.shape ?? {}).filter((key) => Object.hasOwn(value, key));
  const others = Object.keys(value)
    .filter((key) => !named.includes(key))
    .sort();
  return Object.fromEntries(
    [...named, ...others]
      .filter((key) => value[key] !== undefined)
      .map((key) => [key, inSchemaOrder(def?.shape?.[key] ?? def?.valueType, value[key])]),
  );
}

/** The option that takes the value; when none does, the one that most of its keys and fixed words point to. */
function bestOption(options: readonly z.ZodType[], value: unknown): z.ZodType | undefined {
  const fitting = options.find((option) => option.safeParse(value).success);
  if (fitting || !isObject(value)) return fitting;
  const likeness = (option: z.ZodType): number => {
    const shape = defOf(option).shape ?? {};
    const keys = Object.keys(shape).filter((key) => Object.hasOwn(value, key));
    const words = keys.filter((key) => defOf(shape[key]!).type === 'literal' && shape[key]!.safeParse(value[key]).success);
    return keys.length + words.length * 100;
  };
  return options.toSorted((a, b) => likeness(b) - likeness(a))[0];
}
