import { z } from 'zod';
import { Key, Line } from '../key.ts';

export const Next = Key.nullable().default(null).describe('Key of the step that follows; null ends the run');
/** A way on that has to be named: what happens if nothing happens is never left to chance. */
export const OtherNext = Key.nullable().describe('Key of the step that follows then; null ends the run');
/** What every step has. */
export const base = { key: Key, note: z.string().max(500).optional().describe('For colleagues; never sent') };

export const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { message: 'must be a time of day such as 09:00' });
/** Days from a date, before it when negative. */
export const Days = z.int().min(-3660).max(3660);
export const Owner = z.string().max(200).nullable().default(null).describe("E-mail; null is the person's owner");

/** A way out of a step: what is written on it, and where in the step its `next` stands. */
export interface Way {
  label: string | null;
  at: readonly (string | number)[];
}

/** A kind of step, as files and editors know it. */
export interface StepShape<S extends z.ZodType> {
  schema: S;
  ways(step: z.infer<S>): readonly Way[];
}

export const shape = <S extends z.ZodType>(schema: S, ways: (step: z.infer<S>) => readonly Way[]): StepShape<S> => ({ schema, ways });

/** The ways of a step that only goes on. */
export const onward = (): readonly Way[] => [{ label: null, at: ['next'] }];
/** A list of ways of the same sort, each with its label, and one more. */
export const ranked = (paths: readonly { label: string }[]): Way[] =>
  paths.map(({ label }, index) => ({ label, at: ['paths', index, 'next'] }));

/** One of several ways, with what is written on it. */
export const path = { label: Line, next: Next };
