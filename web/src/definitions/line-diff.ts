export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
}
const cellsMax = 4_000_000;

/** What was added and removed, line by line, by the longest common subsequence; the equal start and end are set aside first. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const a = split(before);
  const b = split(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const same = (lines: string[]): DiffLine[] => lines.map((text) => ({ kind: 'same', text }));
  return [
    ...same(a.slice(0, start)),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...same(a.slice(a.length - end)),
  ];
}

const split = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

function middle(a: string[], b: string[]): DiffLine[] {
  const removed = a.map((text): DiffLine => ({ kind: 'removed', text }));
  const added = b.map((text): DiffLine => ({ kind: 'added', text }));
  if (a.length === 0 || b.length === 0 || a.length * b.length > cellsMax) return [...removed, ...added];
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] =
        a[i] === b[j] ? longest[(i + 1) * width + j + 1]! + 1 : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      lines.push({ kind: 'same', text: a[i]! });
      i++;
      j++;
    } else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) lines.push(removed[i++]!);
    else lines.push(added[j++]!);
  }
  return [...lines, ...removed.slice(i), ...added.slice(j)];
}

/** A stretch of a diff: lines that are shown, or equal ones that are folded away. */
export type Stretch = { folded: false; lines: DiffLine[] } | { folded: true; count: number; at: number };

/** Folds equal lines that are further than `near` from a change. */
export function foldDiff(lines: readonly DiffLine[], near = 3): Stretch[] {
  const close = lines.map(() => false);
  lines.forEach((line, index) => {
    if (line.kind !== 'same')
      for (let at = Math.max(0, index - near); at <= Math.min(lines.length - 1, index + near); at++) close[at] = true;
  });
  const stretches: Stretch[] = [];
  for (let at = 0; at < lines.length; ) {
    let to = at;
    while (to < lines.length && close[to] === close[at]) to++;
    stretches.push(close[at] || to - at < 3 ? { folded: false, lines: lines.slice(at, to) } : { folded: true, count: to - at, at });
    at = to;
  }
  return stretches;
}
