import { z } from 'zod';
import { Line } from '../key.ts';
import { base, shape } from './base.ts';

export const ExitStep = z.strictObject({ ...base, kind: z.literal('exit'), reason: Line.default('reached the end') });

export const exit = shape(ExitStep, () => []);
