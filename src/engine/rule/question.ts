import type { Instant } from '#contract/instant.ts';
import type { Rule } from '#contract/rule.ts';
import type { Person } from '../person.ts';

/**
 * What a rule is asked: about whom, when. `changesAt` is lowered to the earliest later instant at which time alone may change the answer; it may be
 * early, never late.
 */
export interface Question {
  person: Person;
  now: Instant;
  changesAt: Instant;
  /** When the run began for which a rule of a journey is asked. */
  journeySince?: Instant;
}

export type CompiledRule = (question: Question) => boolean;

export const never: Instant = Number.POSITIVE_INFINITY;
export const always: CompiledRule = () => true;

/** Tells that the answer may change at an instant, when that is still to come. */
export function mayChangeAt(question: Question, at: Instant): void {
  if (at > question.now && at < question.changesAt) question.changesAt = at;
}

/** What conditions read besides the person: the rest of the rulebook. */
export interface RuleContext {
  /** The workspace's time zone: where people are whose own is not known, and in which hours of events are read. */
  zone: string;
  purposeOf(topic: string): string | undefined;
  /** What a score is worth now. Null when there is no such score. */
  scoreOf(key: string): ScoreReader | null;
  gradeOf(key: string): ((question: Question) => string | null) | null;
  /** Who is to be told when a rule has been asked, while it is tried out what it would say; nobody otherwise. */
  watch?(rule: Rule): ((question: Question, held: boolean) => void) | undefined;
}

export interface ScoreReader {
  valueAt(question: Question): number;
  /** Whether the score is within bounds now; time that takes it out or in is told to the question. */
  isWithin(question: Question, least: number, most: number): boolean;
}

/** A context that knows no scores and no topics, for rules that are only read or said. */
export const bareContext: RuleContext = { zone: 'UTC', purposeOf: () => undefined, scoreOf: () => null, gradeOf: () => null };

export const zoneOf = (question: Question, context: RuleContext): string => question.person.zone ?? context.zone;
