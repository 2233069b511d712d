import { z } from 'zod';
import { Key } from '../key.ts';
import { base, Next, onward, shape } from './base.ts';

/** Asks for a move, which the lifecycle may refuse. */
export const MoveStageStep = z.strictObject({ ...base, kind: z.literal('move-stage'), to: Key, next: Next });

export const moveStage = shape(MoveStageStep, onward);
