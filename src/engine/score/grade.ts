import type { Grade } from '#contract/definition-bodies.ts';
import type { Question, RuleContext, ScoreReader } from '../rule/question.ts';
import { thousandths } from './score.ts';

export interface CompiledGrade {
  key: string;
  version: number;
  body: Grade;
  /** The letter and the digit of somebody now, as A1; null when one of the scores does not exist. */
  at(question: Question): string | null;
}

export function compileGrade(key: string, version: number, body: Grade, context: RuleContext): CompiledGrade {
  return {
    key,
    version,
    body,
    at(question) {
      const [fit, engagement] = [context.scoreOf(body.fit), context.scoreOf(body.engagement)];
      return fit && engagement
        ? `${stepOf(fit, body.letters, 'ABCD', question)}${stepOf(engagement, body.digits, '1234', question)}`
        : null;
    },
  };
}

/** On which of four steps a score stands; when time takes it to another is told to the question. */
function stepOf(score: ScoreReader, from: readonly [number, number, number], names: string, question: Question): string {
  const value = score.valueAt(question);
  const step = from.findIndex((least) => value >= least);
  const index = step < 0 ? from.length : step;
  score.isWithin(
    question,
    from[index] ?? Number.NEGATIVE_INFINITY,
    index === 0 ? Number.POSITIVE_INFINITY : from[index - 1]! - 1 / thousandths,
  );
  return names[index]!;
}
