import type { FieldSource } from '#contract/field.ts';
import type { FieldRow } from '#contract/routes/fields.ts';
import { plural } from '../parts/number.ts';
import type { Tone } from '../parts/tone.tsx';

export const classTones: Record<NonNullable<FieldRow['class']>, { word: string; tone: Tone }> = {
  none: { word: 'Not personal', tone: 'calm' },
  personal: { word: 'Personal', tone: 'accent' },
  sensitive: { word: 'Sensitive', tone: 'warn' },
};

export const sourceNames: Record<FieldSource, string> = {
  admin: 'Colleagues',
  form: 'Forms',
  import: 'Imports',
  api: 'Servers',
  website: 'Website',
  journey: 'Journeys',
};

const formatWords: Record<FieldRow['format'], string> = {
  none: '',
  email: 'e-mail',
  phone: 'phone',
  url: 'web address',
  country: 'country',
  currency: 'currency',
  zone: 'time zone',
};

/** What a field holds: text, a list of web addresses. */
export const sayType = (row: Pick<FieldRow, 'type' | 'format'>): string =>
  row.type === null
    ? '–'
    : row.format === 'none'
      ? row.type === 'boolean'
        ? 'yes or no'
        : row.type
      : row.type === 'list'
        ? `list: ${formatWords[row.format]}`
        : formatWords[row.format];

/** Where values come from, lately and by what is published: Forms, Website. */
export function saySources(row: FieldRow): string {
  const sources = new Set<FieldSource>(row.sources.map((each) => each.source));
  for (const each of row.collected) sources.add(each.kind === 'journey' ? 'journey' : each.as.startsWith('an import') ? 'import' : 'form');
  return [...sources].map((source) => sourceNames[source]).join(', ');
}

const kinds: Partial<Record<FieldRow['used'][number]['kind'], [one: string, many: string]>> = {
  segment: ['segment', 'segments'],
  score: ['score', 'scores'],
  journey: ['journey', 'journeys'],
  template: ['template', 'templates'],
  lifecycle: ['lifecycle', 'lifecycles'],
  'entry-point': ['entry point', 'entry points'],
};
/** 2 segments, 1 template. */
export function sayCounts(used: FieldRow['used']): string {
  const groups = Map.groupBy([...new Map(used.map((each) => [`${each.kind}/${each.key}`, each])).values()], (each) => each.kind);
  return [...groups].map(([kind, list]) => plural(list.length, ...(kinds[kind] ?? [kind, `${kind}s`]))).join(', ');
}
