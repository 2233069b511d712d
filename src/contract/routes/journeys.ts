import { z } from 'zod';
import { IsoInstant } from '../instant.ts';
import { Key } from '../key.ts';
import { route } from './route.ts';
import { Whom } from './segments.ts';

export const JourneyRow = z.object({
  key: z.string(),
  name: z.string(),
  intent: z.string(),
  version: z.number().nullable(),
  hasDraft: z.boolean(),
  stopped: z.boolean(),
  live: z.number(),
  entered: z.number(),
  entered7d: z.number(),
  goalMet: z.number(),
  ended: z.number(),
  lastEntryAt: IsoInstant.nullable(),
});
export const listJourneys = route({
  method: 'GET',
  path: '/api/journeys',
  tag: 'Journeys',
  summary: 'Journeys with their counts',
  reply: z.object({ items: z.array(JourneyRow), next: z.null() }),
});
export const getJourneyCounts = route({
  method: 'GET',
  path: '/api/journeys/{key}/counts',
  tag: 'Journeys',
  summary: 'Where people are, and how many passed each step, of one version or all',
  params: z.object({ key: Key }),
  query: z.object({ version: z.coerce.number().int().optional() }),
  reply: z.object({
    steps: z.array(z.object({ step: z.string(), here: z.number(), passed: z.number() })),
    edges: z.array(z.object({ from: z.string(), to: z.string().nullable(), count: z.number() })),
    ends: z.array(z.object({ reason: z.string(), count: z.number() })),
    versions: z.array(z.object({ version: z.number(), live: z.number() })),
  }),
  problems: ['definition-unknown'],
});

const Reason = z.string().trim().min(1).max(500);
const unknown = z.array(z.string()).describe('Addresses that nobody has');

export const enterJourney = route({
  method: 'POST',
  path: '/api/journeys/{key}/enter',
  tag: 'Journeys',
  summary: 'Send people into a journey that has an entry for the API; who may not enter is told why on their page',
  params: z.object({ key: Key }),
  body: Whom,
  reply: z.object({ sent: z.number(), unknown }),
  problems: ['definition-unknown', 'journey-closed'],
});
export const leaveJourney = route({
  method: 'POST',
  path: '/api/journeys/{key}/leave',
  tag: 'Journeys',
  summary: 'Take people out of a journey, wherever they stand in it',
  params: z.object({ key: Key }),
  body: Whom.extend({ reason: Reason }),
  reply: z.object({ taken: z.number(), unknown }),
});
export const takeOverPerson = route({
  method: 'POST',
  path: '/api/people/{id}/take-over',
  tag: 'People',
  summary: 'Take over from the automation: nothing automatic happens to the person until they are released',
  params: z.object({ id: z.uuid() }),
  body: z.strictObject({ reason: Reason }),
  reply: z.object({ id: z.uuid() }),
  problems: ['person-unknown'],
});
export const releasePerson = route({
  method: 'POST',
  path: '/api/people/{id}/release',
  tag: 'People',
  summary: 'Give a person back to the automation; what fell due meanwhile goes on now',
  params: z.object({ id: z.uuid() }),
  reply: z.object({ id: z.uuid() }),
  problems: ['person-unknown'],
});
export const decideTask = route({
  method: 'POST',
  path: '/api/tasks/{id}/decision',
  tag: 'People',
  summary: 'Say yes or no to a run that waits for it',
  params: z.object({ id: z.uuid() }),
  body: z.strictObject({ yes: z.boolean(), reason: z.string().trim().max(500).default('') }),
  reply: z.object({ id: z.uuid() }),
  problems: ['task-asks-nothing', 'task-done'],
});

export const MigrationPreview = z.object({
  from: z.number(),
  to: z.number().describe('The published version'),
  people: z.number().describe('How many would be moved'),
  steps: z.array(
    z.object({
      step: z.string(),
      says: z.string(),
      people: z.number(),
      to: z.object({ step: z.string().nullable(), says: z.string() }).nullable().describe('null stays where they are'),
      suggested: z.string().nullable().describe('A step of the same key and kind'),
      same: z.boolean().describe('Whether that step is the same in both versions'),
    }),
  ),
});
export type MigrationPreview = z.infer<typeof MigrationPreview>;
export const MigrationRow = z.object({
  id: z.uuid(),
  from: z.number(),
  to: z.number(),
  map: z.record(z.string(), z.string().nullable()),
  runs: z.number(),
  at: IsoInstant,
  by: z.string(),
  undoneAt: IsoInstant.nullable(),
  undoneBy: z.string().nullable(),
});
export type MigrationRow = z.infer<typeof MigrationRow>;

const StepMap = z
  .record(Key, Key.nullable())
  .describe(
    'Step of the old version → step of the published one; null puts people out. Whoever stands at another step stays where they are',
  );

export const previewMigration = route({
  method: 'POST',
  path: '/api/journeys/{key}/migrations/preview',
  tag: 'Journeys',
  summary: 'Where people under way in an older version would go by a map; nobody is moved',
  params: z.object({ key: Key }),
  body: z.strictObject({ from: z.int(), map: StepMap.default({}) }),
  reply: MigrationPreview,
  problems: ['definition-unknown', 'migration-empty'],
});
export const migrateRuns = route({
  method: 'POST',
  path: '/api/journeys/{key}/migrations',
  tag: 'Journeys',
  summary: 'Move people under way in an older version to the published one, by a map',
  params: z.object({ key: Key }),
  body: z.strictObject({ from: z.int(), map: StepMap, limit: z.int().min(1).optional().describe('At most so many people') }),
  reply: MigrationRow,
  problems: ['definition-unknown', 'migration-empty'],
});
export const listMigrations = route({
  method: 'GET',
  path: '/api/journeys/{key}/migrations',
  tag: 'Journeys',
  summary: 'Who was moved between versions, newest first',
  params: z.object({ key: Key }),
  reply: z.object({ items: z.array(MigrationRow), next: z.null() }),
});
export const undoMigration = route({
  method: 'POST',
  path: '/api/journeys/{key}/migrations/{id}/undo',
  tag: 'Journeys',
  summary: 'Put people back who have not gone on since',
  params: z.object({ key: Key, id: z.uuid() }),
  reply: MigrationRow,
  problems: ['migration-unknown', 'migration-undone'],
});
