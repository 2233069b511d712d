import { z } from 'zod';
import { CapPolicy } from './cap-policy.ts';
import { EntryPoint, Grade, Lifecycle, Score, Segment, Template, Topic } from './definition-bodies.ts';
import { Field } from './field.ts';
import { IdentityPolicy } from './identity-policy.ts';
import { Journey } from './journey.ts';
import { Key } from './key.ts';
import { Offer } from './offer.ts';

/** Every kind of definition: its body, its folder among the files, its name for people. A new kind is one line here and the compiler says what is missing. */
export const definitionKinds = {
  field: { body: Field, folder: 'fields', name: 'Field', plural: 'Fields' },
  topic: { body: Topic, folder: 'topics', name: 'Topic', plural: 'Topics' },
  'entry-point': { body: EntryPoint, folder: 'entry-points', name: 'Entry point', plural: 'Entry points' },
  lifecycle: { body: Lifecycle, folder: 'lifecycles', name: 'Lifecycle', plural: 'Lifecycles' },
  segment: { body: Segment, folder: 'segments', name: 'Segment', plural: 'Segments' },
  score: { body: Score, folder: 'scores', name: 'Score', plural: 'Scores' },
  grade: { body: Grade, folder: 'grades', name: 'Grade', plural: 'Grades' },
  template: { body: Template, folder: 'templates', name: 'Template', plural: 'Templates' },
  offer: { body: Offer, folder: 'offers', name: 'Offer', plural: 'Offers' },
  'cap-policy': { body: CapPolicy, folder: 'cap-policies', name: 'Cap policy', plural: 'Cap policies' },
  'identity-policy': { body: IdentityPolicy, folder: 'identity-policies', name: 'Identity policy', plural: 'Identity policies' },
  journey: { body: Journey, folder: 'journeys', name: 'Journey', plural: 'Journeys' },
} as const satisfies Record<string, { body: z.ZodType; folder: string; name: string; plural: string }>;

export type DefinitionKind = keyof typeof definitionKinds;
export const DefinitionKind = z.enum(Object.keys(definitionKinds) as [DefinitionKind, ...DefinitionKind[]]);
export type BodyOf<K extends DefinitionKind> = z.infer<(typeof definitionKinds)[K]['body']>;

/** The one lifecycle, the one cap policy and the one identity policy of a workspace have this key. */
export const mainKey = 'main';

/** One definition as a document: what a file holds, what the API takes and gives. */
export type DefinitionDocument = { [K in DefinitionKind]: { kind: K; key: string; body: BodyOf<K> } }[DefinitionKind];

/** A definition whose body has not been checked yet. */
export const LooseDefinition = z.strictObject({ kind: DefinitionKind, key: Key, body: z.unknown() });
export type LooseDefinition = z.infer<typeof LooseDefinition>;
