import { z } from 'zod';
import { DefinitionKind, LooseDefinition } from '../definition.ts';
import { StarterAnswers, StarterSource } from '../starter.ts';
import { route } from './route.ts';

export const listStarters = route({
  method: 'GET',
  path: '/api/starters',
  tag: 'Journeys',
  summary: 'Journeys to begin from: the ones that are shipped, and those of this workspace',
  reply: z.object({
    items: z.array(
      z.object({
        from: z.enum(['shipped', 'workspace']),
        key: z.string(),
        name: z.string(),
        intent: z.string(),
        steps: z.number(),
        mails: z.number().describe('How many different mails it sends'),
      }),
    ),
    next: z.null(),
  }),
});

export const lookAtStarter = route({
  method: 'POST',
  path: '/api/starters/look',
  tag: 'Journeys',
  summary: 'A journey to begin from with what it can bring along; nothing is kept',
  body: StarterSource,
  reply: z.object({
    key: z.string().describe('Empty for a file'),
    journey: z.unknown().describe('The body of the journey, complete'),
    brings: z.array(LooseDefinition).describe('Mails, and definitions that it names and that may be missing here'),
  }),
  problems: ['starter-unknown', 'file-invalid', 'definition-invalid'],
});

export const draftStarter = route({
  method: 'POST',
  path: '/api/starters/drafts',
  tag: 'Journeys',
  summary: 'Makes a draft of a starter and the answers to its questions, with drafts of what it needs beside it; nothing is published',
  body: z.strictObject({ source: StarterSource, answers: StarterAnswers }),
  reply: z.object({ key: z.string(), drafts: z.array(z.object({ kind: DefinitionKind, key: z.string() })) }),
  problems: ['starter-unknown', 'starter-open', 'file-invalid', 'definition-invalid'],
});
