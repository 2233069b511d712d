import { z } from 'zod';
import { DefinitionKind } from '../definition.ts';
import { FieldSource, fieldClasses, fieldFormats, fieldTypes, unfitKinds } from '../field.ts';
import { IsoInstant } from '../instant.ts';
import { page, paging, route } from './route.ts';

const FieldUse = z.object({
  kind: DefinitionKind,
  key: z.string(),
  name: z.string(),
  as: z.string().describe('What it does with the field'),
});

export const FieldRow = z.object({
  path: z.string(),
  key: z.string().nullable().describe('Of its definition; null when no field is defined for this path'),
  name: z.string(),
  meaning: z.string(),
  type: z.enum(fieldTypes).nullable(),
  format: z.enum(fieldFormats),
  class: z.enum(fieldClasses).nullable(),
  owner: z.string().nullable(),
  writers: z.array(FieldSource).nullable().describe('Strongest first; null when everyone may write it'),
  retention: z.string().nullable(),
  people: z.number().describe('How many people have a value'),
  refused: z.number().describe('Values that were not taken in the last 90 days; counted up to 10,000'),
  lastWrittenAt: IsoInstant.nullable(),
  sources: z.array(
    z.object({ source: FieldSource, by: z.string().nullable().describe('The entry point of a form or an import'), at: IsoInstant }),
  ),
  collected: z.array(FieldUse),
  used: z.array(FieldUse),
  ownUse: z.string().nullable().describe('What the system itself does with it'),
  neverUsed: z.boolean().describe('It is collected, and nothing uses it'),
  askedTwice: z.array(z.string()).describe('Why people are asked for it more often than needed'),
  notDefined: z.boolean().describe('A definition uses it, and no field is defined'),
});
export type FieldRow = z.infer<typeof FieldRow>;

export const listFields = route({
  method: 'GET',
  path: '/api/fields',
  tag: 'Fields',
  summary: 'What is known about people: fields and other traits, where each is collected and used, and what was not taken',
  reply: z.object({
    items: z.array(FieldRow),
    next: z.null(),
    countedAt: IsoInstant.nullable().describe('When the people were counted; null while they have not been'),
  }),
});

export const RefusedValue = z.object({
  id: z.string(),
  at: IsoInstant,
  person: z.object({ id: z.uuid(), email: z.string().nullable(), name: z.string().nullable() }),
  value: z.string().describe('As JSON; cut after 2,000 characters'),
  what: z.enum(unfitKinds),
  reason: z.string(),
  source: FieldSource,
  event: z.string().describe('The event by which it came'),
});

export const refusedValues = route({
  method: 'GET',
  path: '/api/fields/{path}/refused',
  tag: 'Fields',
  summary: 'Values that a field did not take, newest first, each with the reason',
  params: z.object({ path: z.string().min(1).max(200) }),
  query: z.object(paging),
  reply: page(RefusedValue),
  problems: ['query-invalid'],
});
