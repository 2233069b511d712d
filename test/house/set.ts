import type { DefinitionDocument } from '#contract/definition.ts';
import { checkShape } from '#engine/check.ts';

/** A definition as somebody writes it. */
export interface Loose {
  kind: DefinitionDocument['kind'];
  key: string;
  body: object;
}

/** Definitions with their defaults; a wrong shape is a mistake of the test. */
export const setOf = (list: readonly Loose[]): DefinitionDocument[] =>
  list.map(({ kind, key, body }) => {
    const checked = checkShape(kind, key, body);
    if (!checked.ok) throw new Error(`${kind} ${key}: ${JSON.stringify(checked.mistakes)}`);
    return checked.document;
  });
