import { z } from 'zod';
import { Line } from '../key.ts';
import { base, Next, onward, shape } from './base.ts';

const Tags = z.array(Line).max(20).default([]);

/** Tags are the texts in the trait `tags`. */
export const TagStep = z
  .strictObject({ ...base, kind: z.literal('tag'), add: Tags, remove: Tags, next: Next })
  .refine((step) => step.add.length + step.remove.length > 0, { message: 'names no tag', path: ['add'] });

export const tag = shape(TagStep, onward);
