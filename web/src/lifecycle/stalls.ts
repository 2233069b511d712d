import { isObject } from '#contract/json.ts';
import type { Rule } from '#contract/rule.ts';
import { isRuleLike } from '../segments/segment-body.ts';

/** When somebody has stalled in a stage, as the page edits it. */
export interface StallDraft {
  after: string;
  /** Null as long as nothing stands against it. */
  unless: Rule | null;
  to: string;
  reason: string;
}
/** A stage of a draft, whatever was written into it as text: what the page needs to say who is recycled from it. */
export interface StallStage {
  key: string;
  name: string;
  next: string[];
  stall: StallDraft | null;
  /** It is written in a way that only its text can show. */
  unreadable: boolean;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

export function readStages(body: unknown): StallStage[] {
  return list(isObject(body) ? body.stages : []).map((stage) => {
    const { key, name, next, stall } = isObject(stage) ? stage : {};
    const { after, unless, to, reason } = isObject(stall) ? stall : {};
    const readable = stall === undefined || (isObject(stall) && typeof after === 'string' && (unless === undefined || isRuleLike(unless)));
    return {
      key: text(key),
      name: text(name) || text(key),
      next: list(next).map(text),
      stall:
        isObject(stall) && readable
          ? { after: text(after), unless: unless === undefined ? null : (unless as unknown as Rule), to: text(to), reason: text(reason) }
          : null,
      unreadable: !readable,
    };
  });
}

/** The body with another stall in one of its stages; null takes it away. */
export function withStall(body: unknown, key: string, stall: StallDraft | null): unknown {
  if (!isObject(body)) return body;
  return {
    ...body,
    stages: list(body.stages).map((stage) => {
      if (!isObject(stage) || stage.key !== key) return stage;
      const { stall: _, ...rest } = stage;
      if (stall === null) return rest;
      const { unless, ...said } = stall;
      return { ...rest, stall: { ...said, ...(unless ? { unless } : {}) } };
    }),
  };
}

/** What somebody who begins is offered: three weeks, and the last of the stages that people may move on to. */
export const firstStall = ({ next }: StallStage): StallDraft => ({
  after: 'P21D',
  unless: null,
  to: next.at(-1) ?? '',
  reason: 'no movement for three weeks',
});
