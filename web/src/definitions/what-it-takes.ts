import type { Reply } from '../api.ts';

export type Review = Reply<'getDefinition'>['review'];

/** What is missing before a draft may be published: nothing, a request for a review, its answer, an edit after changes were asked for, or time. */
export type Takes = 'nothing' | 'request' | 'answer' | 'edit' | 'time';

export function whatItTakes({ needs, asked, answer, publishableAt }: Review, now: number): Takes {
  if (needs === 'nothing') return 'nothing';
  if (needs === 'cooling-off') return publishableAt !== null && Date.parse(publishableAt) <= now ? 'nothing' : 'time';
  if (answer) return answer.approved ? 'nothing' : 'edit';
  return asked ? 'answer' : 'request';
}
