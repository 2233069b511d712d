import { ownEvents } from '#engine/written-events.ts';
import { createContext, useContext } from 'react';
import type { SeenPath, Vocabulary } from '#contract/routes/rules.ts';
import { profileFields } from '#contract/rule/conditions.ts';
import { profileWords } from '#engine/rule/kinds/person.ts';
import { sayNumber } from '../parts/number.ts';
import { type Choice, sayScalar } from './choices.ts';

/** What the chips of a rule can say, and whether it is a rule of a journey. */
export interface Words {
  vocabulary: Vocabulary;
  journey: boolean;
}
export const nothingKnown: Vocabulary = {
  events: [],
  traits: [],
  stages: [],
  segments: [],
  scores: [],
  grades: [],
  topics: [],
  entryPoints: [],
  owners: [],
  channels: [],
};
export const WordsContext = createContext<Words>({ vocabulary: nothingKnown, journey: false });
export const useWords = (): Words => useContext(WordsContext);

type NamedList = 'stages' | 'segments' | 'scores' | 'grades' | 'topics' | 'entryPoints';
/** What a definition is called; its key when the vocabulary does not have it. */
export const nameIn = (vocabulary: Vocabulary, list: NamedList, key: string): string =>
  vocabulary[list].find((each) => each.key === key)?.name ?? key;
export const namedChoices = (vocabulary: Vocabulary, list: NamedList): Choice<string>[] =>
  vocabulary[list].map(({ key, name }) => ({ value: key, label: name || key, ...(name && name !== key ? { note: key } : {}) }));

/** Traits that every person can have, whether or not they have come in. */
const always: [path: string, name: string][] = [
  ['email', 'E-mail'],
  ['phone', 'Phone'],
  ['name', 'Name'],
];
export const traitName = (vocabulary: Vocabulary, path: string): string =>
  vocabulary.traits.find((each) => each.path === path)?.name ?? always.find(([own]) => own === path)?.[1] ?? path;
export const traitChoices = (vocabulary: Vocabulary): Choice<string>[] => {
  const seen = vocabulary.traits.map((each) => ({
    value: each.path,
    label: traitName(vocabulary, each.path),
    note: each.name === null ? (each.types[0] ?? '') : each.path,
  }));
  return [
    ...seen,
    ...always.filter(([path]) => !seen.some((each) => each.value === path)).map(([value, label]) => ({ value, label, note: 'text' })),
  ];
};

export const profileName = (field: string): string => {
  const utm = /^(first|last)Source\.utm\.(.+)$/.exec(field);
  return utm ? `${utm[1]} utm ${utm[2]}` : (profileWords[field] ?? field);
};
const profileGroup = (field: string): string =>
  field.startsWith('firstSource')
    ? 'Where they first came from'
    : field.startsWith('lastSource')
      ? 'Where they last came from'
      : 'What is known';
const utms = ['source', 'medium', 'campaign', 'term', 'content'];
export const profileChoices: Choice<string>[] = [
  ...Object.keys(profileFields),
  ...['firstSource', 'lastSource'].flatMap((which) => utms.map((utm) => `${which}.utm.${utm}`)),
]
  .map((value) => ({ value, label: profileName(value), group: profileGroup(value) }))
  .toSorted((a, b) => a.group.localeCompare(b.group) * -1);

/** The type and the values of a field of the profile, as far as they are known. */
export function profileSeen(vocabulary: Vocabulary, field: string): SeenPath {
  const type = (profileFields as Record<string, 'text' | 'date'>)[field] ?? 'text';
  const values = field === 'owner' ? vocabulary.owners : /entryPoint$/.test(field) ? vocabulary.entryPoints.map((each) => each.key) : [];
  return { path: field, types: [type], values };
}

export const eventChoices = (vocabulary: Vocabulary): Choice<string>[] => [
  ...vocabulary.events.map((each) => ({ value: each.name, label: each.name, note: sayNumber(each.count) })),
  ...ownEvents
    .filter((name) => !vocabulary.events.some((each) => each.name === name))
    .map((name) => ({ value: name, label: name, note: 'none yet' })),
];
export const propertiesOf = (vocabulary: Vocabulary, event: string | undefined): SeenPath[] =>
  vocabulary.events.find((each) => each.name === event)?.properties ?? [];
export const propertyChoices = (seen: SeenPath[]): Choice<string>[] =>
  seen.map((each) => ({ value: each.path, label: each.path, ...(each.types[0] ? { note: each.types[0] } : {}) }));
export const valueChoices = (seen: SeenPath | undefined): Choice<string | number | boolean>[] =>
  seen?.types[0] === 'boolean'
    ? [true, false].map((value) => ({ value, label: String(value) }))
    : (seen?.values ?? []).map((value) => ({ value, label: sayScalar(value), group: 'Values that came' }));
