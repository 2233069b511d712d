import { shapes } from 'contract:words';
import { isNode, LineCounter, parseDocument, stringify } from 'yaml';
import type { DefinitionKind } from '#contract/definition.ts';
import { isObject } from '#contract/json.ts';

/** The same value with the keys of each object in the order of the shape that it fits. */
function inOrder(value: unknown, known: string[][]): unknown {
  if (Array.isArray(value)) return value.map((part) => inOrder(part, known));
  if (!isObject(value)) return value;
  const keys = Object.keys(value);
  const shape = known.find((names) => keys.every((key) => names.includes(key)));
  return Object.fromEntries((shape?.filter((key) => key in value) ?? keys).map((key) => [key, inOrder(value[key], known)]));
}

/** A body as the YAML that stands in its file. */
export const toText = (kind: DefinitionKind, body: unknown): string =>
  body === undefined || body === null ? '' : stringify(inOrder(body, shapes[kind]), { lineWidth: 110, aliasDuplicateObjects: false });

export type ReadText =
  | { ok: true; body: unknown; lineOf: (path: string) => number | null }
  | { ok: false; mistakes: { line: number; message: string }[] };

/** Reads YAML (or JSON, which is YAML too). lineOf finds the line of a path such as steps.2.template, or of what holds it. */
export function readText(text: string): ReadText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0)
    return { ok: false, mistakes: document.errors.map((error) => ({ line: lines.linePos(error.pos[0]).line, message: error.message })) };
  const lineOf = (path: string): number | null => {
    const parts = path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    for (let length = parts.length; length > 0; length--) {
      const node = document.getIn(parts.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return null;
  };
  return { ok: true, body: document.toJS() as unknown, lineOf };
}
