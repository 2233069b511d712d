import { folderParts } from '#engine/journey/care.ts';
import { dayNumberOf, localDay } from '#engine/local-calendar.ts';
import type { Reply } from '../api.ts';
import type { Sorting } from '../parts/sorting.ts';

/** The list of journeys as lines: which of them fit the filter, in which order, and under which folder. All of it is pure. */

export type JourneyRow = Reply<'listJourneys'>['items'][number];

/** What a journey's state is told from. */
export type Standing = Pick<JourneyRow, 'version' | 'stopped' | 'ends' | 'retired' | 'archivedAt'>;

/** draft: never published · live · stopped: its messages wait · over: its end date has passed, retired: somebody said so, either way nobody enters · archived: put away. */
export type JourneyState = 'draft' | 'live' | 'stopped' | 'over' | 'retired' | 'archived';
export function stateOf(row: Standing, now: number): JourneyState {
  if (row.archivedAt !== null) return 'archived';
  if (row.version === null) return 'draft';
  if (row.retired) return 'retired';
  if (row.ends !== null && Date.parse(row.ends) <= now) return 'over';
  return row.stopped ? 'stopped' : 'live';
}

/** due: within 14 days · over: the day has passed. */
export type ReviewState = 'later' | 'due' | 'over';
const soonDays = 14;
export function reviewStateOf(reviewBy: string | null, now: number, zone: string): ReviewState {
  const day = dayNumberOf(reviewBy);
  if (day === null) return 'later';
  const left = day - localDay(now, zone);
  return left < 0 ? 'over' : left <= soonDays ? 'due' : 'later';
}

/** What the address says is wanted of the journeys. */
export interface JourneyFilter {
  search?: string | undefined;
  state?: string | undefined;
  owner?: string | undefined;
  serves?: string | undefined;
  problems?: string | undefined;
  review?: string | undefined;
  folder?: string | undefined;
}
export const nobody = 'nobody';
export const none = 'none';

/** No folder is called so. */
export const noFolder = '/';

export const isIn = (folder: string, wanted: string): boolean =>
  wanted === noFolder ? folder === '' : folder === wanted || folder.startsWith(`${wanted}/`);

function isWanted(is: JourneyState, hasDraft: boolean, wanted: string | undefined): boolean {
  if (wanted === undefined) return is !== 'archived';
  if (wanted === 'waiting') return hasDraft && ['live', 'stopped', 'over'].includes(is);
  return wanted === 'published' ? is === 'live' || is === 'stopped' : is === wanted;
}

export function fits(row: JourneyRow, filter: JourneyFilter, now: number, zone: string): boolean {
  const { search = '', state, owner, serves, problems, review, folder } = filter;
  const is = stateOf(row, now);
  const words = `${row.name} ${row.key} ${row.intent}`.toLowerCase();
  return (
    words.includes(search.toLowerCase()) &&
    isWanted(is, row.hasDraft, state) &&
    (owner === undefined || (row.owner ?? nobody) === owner) &&
    (serves === undefined || (row.serves?.to ?? none) === serves) &&
    (problems === undefined ||
      (problems === 'errors'
        ? row.problems.errors > 0
        : problems === 'warnings'
          ? row.problems.warnings > 0
          : row.problems.people30d > 0)) &&
    (review === undefined || reviewStateOf(row.reviewBy, now, zone) === review) &&
    (folder === undefined || isIn(row.folder, folder))
  );
}

/** What each column puts rows in order by; what is missing stands last, whichever way round. */
const orders: Record<string, (row: JourneyRow, now: number) => string | number | null> = {
  name: (row) => row.name.toLowerCase(),
  state: (row, now) => ['live', 'stopped', 'over', 'draft', 'retired', 'archived'].indexOf(stateOf(row, now)),
  goal: (row) => row.goal?.rate ?? null,
  live: (row) => row.live,
  week: (row) => row.entered7d,
  owner: (row) => row.owner?.toLowerCase() ?? null,
  changed: (row) => row.changedAt,
  problems: (row) => row.problems.errors * 10_000 + row.problems.people30d + row.problems.warnings / 100,
  complexity: (row) => row.complexity?.points ?? null,
  review: (row) => row.reviewBy,
};
/** Words begin with A, numbers with the most. */
export const beginsDown = (key: string): boolean => !['name', 'state', 'owner', 'review'].includes(key);

/** "name" and "-live", as the address has it. */
export const readSort = (text: string | undefined): Sorting => {
  const key = (text ?? 'name').replace(/^-/, '');
  return orders[key] ? { key, down: text?.startsWith('-') ?? false } : { key: 'name', down: false };
};
export const sortText = ({ key, down }: Sorting): string | undefined => (key === 'name' && !down ? undefined : `${down ? '-' : ''}${key}`);

/** "Journey 2" before "Journey 12". */
const byWords = new Intl.Collator('en', { numeric: true });

export function inOrder(rows: readonly JourneyRow[], { key, down }: Sorting, now: number): JourneyRow[] {
  const of = orders[key]!;
  return rows.toSorted((one, other) => {
    const [a, b] = [of(one, now), of(other, now)];
    if (a === b) return byWords.compare(one.name, other.name) || (one.key < other.key ? -1 : 1);
    if (a === null || b === null) return a === null ? 1 : -1;
    const order = typeof a === 'string' ? byWords.compare(a, String(b)) : a < Number(b) ? -1 : 1;
    return order * (down ? -1 : 1);
  });
}

/** A line of the list: a folder, which opens and closes, or a journey as deep as its folder. */
export type Line =
  | { kind: 'folder'; id: string; path: string; name: string; depth: number; count: number; open: boolean }
  | { kind: 'journey'; id: string; row: JourneyRow; depth: number };

/** Journeys under their folders, in the order in which they come; no folders are drawn when nobody uses them. */
export function linesOf(rows: readonly JourneyRow[], closed: ReadonlySet<string>): Line[] {
  if (rows.every((row) => row.folder === '')) return rows.map((row) => ({ kind: 'journey', id: row.key, row, depth: 0 }));
  const lines: Line[] = [];
  /** A folder that holds nothing but one other is drawn with it as one: Care / Winter. */
  const under = (path: string, depth: number, before = ''): void => {
    const inside = rows.filter((row) => isIn(row.folder, path));
    const children = childrenOf(inside, path);
    const name = `${before}${folderParts(path).at(-1)}`;
    if (children.length === 1 && inside.every((row) => row.folder !== path)) {
      under(`${path}/${children[0]}`, depth, `${name} / `);
      return;
    }
    const open = !closed.has(path);
    lines.push({ kind: 'folder', id: `folder:${path}`, path, name, depth, count: inside.length, open });
    if (!open) return;
    for (const child of children) under(`${path}/${child}`, depth + 1);
    for (const row of inside) if (row.folder === path) lines.push({ kind: 'journey', id: row.key, row, depth: depth + 1 });
  };
  for (const name of childrenOf(rows, '')) under(name, 0);
  const loose = rows.filter((row) => row.folder === '');
  if (loose.length > 0) {
    const open = !closed.has(noFolder);
    lines.push({ kind: 'folder', id: `folder:${noFolder}`, path: noFolder, name: 'In no folder', depth: 0, count: loose.length, open });
    if (open) for (const row of loose) lines.push({ kind: 'journey', id: row.key, row, depth: 1 });
  }
  return lines;
}

function childrenOf(rows: readonly JourneyRow[], path: string): string[] {
  const depth = path === '' ? 0 : folderParts(path).length;
  const names = rows.filter((row) => row.folder !== '').map((row) => folderParts(row.folder)[depth]);
  return [...new Set(names.filter((name) => name !== undefined))].toSorted(byWords.compare);
}

/** Every folder that is used, and those that they are in. */
export function foldersOf(rows: readonly JourneyRow[]): string[] {
  const all = rows.flatMap((row) => {
    const parts = folderParts(row.folder);
    return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  });
  return [...new Set(all)].toSorted(byWords.compare);
}

/** Of the journeys that people can enter, how many serve no stage move. */
export function withoutMove(rows: readonly JourneyRow[], now: number): { of: number; none: number } {
  const live = rows.filter((row) => ['live', 'stopped'].includes(stateOf(row, now)));
  return { of: live.length, none: live.filter((row) => row.serves === null).length };
}
