import { z } from 'zod';
import { Duration, IsoDate, IsoInstant } from '../instant.ts';
import { Journey } from '../journey.ts';
import { Key } from '../key.ts';
import { RampPlan, rampStates } from '../ramp.ts';
import { SignalAsk, Signals } from '../signals.ts';
import { Assumption, Invented, Trace, Tried } from '../trial.ts';
import { route } from './route.ts';
import { Whom } from './segments.ts';

export const JourneyRow = z.object({
  key: z.string(),
  name: z.string(),
  intent: z.string(),
  version: z.number().nullable(),
  hasDraft: z.boolean().describe('Whether its draft differs from what is published in more than the folder'),
  stopped: z.boolean(),
  ramp: z
    .object({ share: z.number().min(0).max(100), held: z.boolean() })
    .nullable()
    .describe('The share of those who enter that the version in force takes while it is brought in step by step; held takes nobody new'),
  ends: IsoInstant.nullable().describe('Nobody enters after this'),
  retired: z.boolean().describe('Nobody enters any more; who is under way goes on'),
  archivedAt: IsoInstant.nullable().describe('Put away: it stands in this list, and lists that people read leave it out'),
  folder: z.string().describe('Where its draft puts it, parts separated by /'),
  owner: z.string().nullable().describe('Who answers for it: itself says, else the owner of the stage that it serves'),
  serves: z.object({ from: z.string().nullable(), to: z.string() }).nullable(),
  live: z.number().describe('Runs under way'),
  entered: z.number(),
  entered7d: z.number(),
  goalMet: z.number().describe('Runs that met the goal, whenever they began'),
  ended: z.number(),
  goal: z
    .object({ met: z.number(), of: z.number(), rate: z.number().min(0).max(1).nullable(), within: Duration })
    .nullable()
    .describe(
      'Of the runs that began at least `within` ago, how many met the goal; null has no goal, a rate of null nobody who had that long yet',
    ),
  lastEntryAt: IsoInstant.nullable(),
  changedAt: IsoInstant,
  changedBy: z.string(),
  problems: z.object({
    errors: z.number(),
    warnings: z.number(),
    people30d: z.number().describe('People to whom one of its messages failed, bounced or may not have left, in the last 30 days'),
  }),
  complexity: z
    .object({
      steps: z.number(),
      branches: z.number().describe('Ways on from a step beyond the first'),
      longest: z.number().describe('Steps on the longest way'),
      points: z.number().describe('steps + 2 × branches + longest'),
      words: z.enum(['simple', 'medium', 'complex']),
    })
    .nullable()
    .describe('null when it cannot be read'),
  reviewBy: IsoDate.nullable().describe('The day by which it is to be looked at; null is never: it was not published, and names no day'),
});
export const listJourneys = route({
  method: 'GET',
  path: '/api/journeys',
  tag: 'Journeys',
  summary: 'Journeys with their counts',
  reply: z.object({ items: z.array(JourneyRow), next: z.null() }),
});
export const moveJourneys = route({
  method: 'POST',
  path: '/api/journeys/move',
  tag: 'Journeys',
  summary: 'Put journeys into a folder; their drafts say so, and what is published with their next version',
  body: z.strictObject({ keys: z.array(Key).min(1).max(500), folder: Journey.shape.folder }),
  reply: z.object({ moved: z.number(), folder: z.string() }),
  problems: ['definition-unknown'],
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
export const listOverlaps = route({
  method: 'GET',
  path: '/api/journeys/{key}/overlaps',
  tag: 'Journeys',
  summary: 'Other journeys that people of this one are in at this moment, most people first',
  params: z.object({ key: Key }),
  reply: z.object({
    items: z.array(
      z.object({
        journey: z.string(),
        name: z.string(),
        people: z.number().describe('Who is under way in both'),
        some: z.array(z.object({ id: z.string(), name: z.string() })).describe('Up to five of them'),
      }),
    ),
    next: z.null(),
  }),
  problems: ['definition-unknown'],
});

export const readSignals = route({
  method: 'POST',
  path: '/api/journeys/{key}/signals',
  tag: 'Journeys',
  summary: 'What branches rest on: how many people have it, when it last came, and which ways were taken in 90 days',
  params: z.object({ key: Key }),
  body: z.strictObject({ asks: z.array(SignalAsk).max(500), steps: z.array(Key).max(200) }),
  reply: Signals,
});

const EventName = z.string().min(1).max(200);
export const JourneyTiming = z.object({
  from: z.string(),
  to: z.string(),
  since: IsoInstant.describe('Beginnings count from here on'),
  began: z.number().describe('People whose first `from` since then is looked at; of more than 100,000 a draw'),
  converted: z.number().describe('Of these, who did `to` within 90 days after it'),
  open: z.number().describe('Of these, who has not, and still may'),
  needed: z.number().describe('From so many conversions on there are suggestions'),
  times: z
    .object({ p10: Duration, p25: Duration, p50: Duration, p75: Duration, p90: Duration })
    .nullable()
    .describe('By when such a share of those who converted had; null while there are too few'),
  histogram: z.array(z.object({ upTo: Duration, people: z.number() })).describe('Each bar begins where the one before ends'),
  suggestions: z
    .array(z.object({ share: z.number().describe('Percent of those who convert'), after: Duration }))
    .nullable()
    .describe('When to remind, counted from the beginning; null while there are too few'),
});
export type JourneyTiming = z.infer<typeof JourneyTiming>;
export const getJourneyTiming = route({
  method: 'GET',
  path: '/api/journeys/timing',
  tag: 'Journeys',
  summary: 'How long people took from one event to another in the last year, and when a journey between the two should remind them',
  query: z.object({ from: EventName, to: EventName }),
  reply: JourneyTiming,
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
export const tryJourney = route({
  method: 'POST',
  path: '/api/journeys/{key}/try',
  tag: 'Journeys',
  summary: 'The way that somebody would take through the draft or a version of a journey; nothing is written, and nothing is sent',
  params: z.object({ key: Key }),
  body: z.strictObject({
    person: z.uuid().optional().describe('Somebody who is known'),
    invented: Invented.optional().describe('In place of `person`: somebody who does not exist'),
    body: z.unknown().optional().describe('The draft to try; the stored one when it is missing'),
    version: z.int().min(1).optional().describe('A published version in place of a draft'),
    entry: Key.optional().describe('By which step they come in; the first entry when it is missing'),
    properties: z.record(z.string(), z.unknown()).optional().describe('Of the event by which they come in'),
    at: IsoInstant.optional().describe('When they come in; now when it is missing or over'),
    assumptions: z.array(Assumption).max(50).default([]),
  }),
  reply: Tried,
  problems: ['body-invalid', 'person-unknown', 'definition-unknown', 'version-unknown', 'definition-invalid'],
});
export const traceRun = route({
  method: 'GET',
  path: '/api/journeys/{key}/trace',
  tag: 'Journeys',
  summary: 'The way that somebody has gone through a journey, and where they stand',
  params: z.object({ key: Key }),
  query: z.object({ person: z.uuid(), run: z.uuid().optional().describe('The latest when it is missing') }),
  reply: Trace,
  problems: ['query-invalid', 'person-unknown', 'run-unknown'],
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
export const unlockPerson = route({
  method: 'POST',
  path: '/api/people/{id}/unlock',
  tag: 'People',
  summary: 'Let journeys that led to each other again and again act on a person again',
  params: z.object({ id: z.uuid() }),
  body: z.strictObject({ reason: z.string().trim().max(500).default('') }),
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

export const RampView = z.object({
  version: z.number(),
  previous: z.number().nullable().describe('By which the others enter meanwhile; null: they do not enter'),
  plan: RampPlan,
  state: z.enum(rampStates),
  share: z.number().describe('Percent of those who enter that enter by the new version now'),
  place: z.number().describe('Which of the shares it has come to, from 0'),
  reason: z.string().nullable(),
  startedAt: IsoInstant,
  startedBy: z.string(),
  since: IsoInstant,
  nextAt: IsoInstant.nullable().describe('Earliest instant of the next share'),
  counts: z
    .object({
      entered: z.number(),
      sent: z.number(),
      bounced: z.number(),
      complained: z.number(),
      failed: z.number(),
      unsubscribed: z.number(),
    })
    .describe(
      'People who entered since this share holds; messages of the version since the ramp began, or went on over a broken guardrail',
    ),
});
export type RampView = z.infer<typeof RampView>;
export const getRamp = route({
  method: 'GET',
  path: '/api/journeys/{key}/ramp',
  tag: 'Journeys',
  summary: 'How far a new version has been brought in, and what came of it; the last ramp when none is open',
  params: z.object({ key: Key }),
  reply: z.object({ ramp: RampView.nullable() }),
  problems: ['definition-unknown'],
});
export const steerRamp = route({
  method: 'POST',
  path: '/api/journeys/{key}/ramp',
  tag: 'Journeys',
  summary: 'Let a ramp go on to its next share, hold it, or bring the version to everybody',
  params: z.object({ key: Key }),
  body: z.strictObject({ to: z.enum(['go-on', 'hold', 'finish']), reason: z.string().trim().max(500).default('') }),
  reply: RampView,
  problems: ['ramp-none'],
});

const Standing = z.object({ key: z.string(), retired: z.boolean(), archivedAt: IsoInstant.nullable(), revision: z.number() });
export const retireJourney = route({
  method: 'POST',
  path: '/api/journeys/{key}/retire',
  tag: 'Journeys',
  summary: 'Nobody enters any more; who is under way goes on to the end',
  params: z.object({ key: Key }),
  body: z.strictObject({ reason: Reason }),
  reply: Standing,
  problems: ['definition-unknown', 'journey-retired', 'journey-needed'],
});
export const archiveJourney = route({
  method: 'POST',
  path: '/api/journeys/{key}/archive',
  tag: 'Journeys',
  summary: 'Put a journey away in which nobody is under way; what it did is kept',
  params: z.object({ key: Key }),
  body: z.strictObject({ reason: Reason }),
  reply: Standing,
  problems: ['definition-unknown', 'journey-used', 'journey-needed', 'backfill-open'],
});
export const restoreJourney = route({
  method: 'POST',
  path: '/api/journeys/{key}/restore',
  tag: 'Journeys',
  summary: 'Bring an archived journey back into the list, or put a retired one in force again by the version that it had',
  params: z.object({ key: Key }),
  reply: Standing,
  problems: ['definition-unknown', 'definition-invalid'],
});
