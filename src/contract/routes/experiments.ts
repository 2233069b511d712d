import { z } from 'zod';
import { ExperimentView } from '../experiment.ts';
import { Key } from '../key.ts';
import { route } from './route.ts';

export const listExperiments = route({
  method: 'GET',
  path: '/api/experiments',
  tag: 'Experiments',
  summary: 'Experiments in journeys and broadcasts with what they have shown, those in force first',
  reply: z.object({ items: z.array(ExperimentView), next: z.null() }),
});
const params = z.object({ id: z.string().max(300) });
export const getExperiment = route({
  method: 'GET',
  path: '/api/experiments/{id}',
  tag: 'Experiments',
  summary: 'What an experiment has shown by now; it may be asked as often as one likes',
  params,
  reply: ExperimentView,
  problems: ['experiment-unknown'],
});
export const takeArm = route({
  method: 'POST',
  path: '/api/experiments/{id}/take',
  tag: 'Experiments',
  summary: 'Give new people one arm of an experiment in a journey, but for a tenth who go on by the control; null divides them again',
  params,
  body: z.strictObject({ arm: Key.nullable(), reason: z.string().trim().max(500).default('') }),
  reply: ExperimentView,
  problems: ['experiment-unknown', 'experiment-state'],
});
