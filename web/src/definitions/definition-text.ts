import { keyOrder } from 'contract:words';
import { isNode, LineCounter, parseDocument, stringify } from 'yaml';

const ranks = new Map(keyOrder.map((key, index) => [key, index]));
const rankOf = (key: unknown): number => ranks.get(String((key as { value?: unknown } | null)?.value ?? key)) ?? keyOrder.length;

/** A body as the YAML that stands in its file, its keys in the order of the contract. */
export const toText = (body: unknown): string => (body === undefined || body === null ? '' : stringify(body, { lineWidth: 110, aliasDuplicateObjects: false, sortMapEntries: (a, b) => rankOf(a.key) - rankOf(b.key) }));

export type ReadText =
  | { ok: true; body: unknown; lineOf: (path: string) => number | null }
  | { ok: false; mistakes: { line: number; message: string }[] };

/** Reads YAML (or JSON, which is YAML too). lineOf finds the line of a path such as steps.2.template, or of what holds it. */
export function readText(text: string): ReadText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) return { ok: false, mistakes: document.errors.map((error) => ({ line: lines.linePos(error.pos[0]).line, message: error.message })) };
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
