import type { BroadcastPlan, BroadcastWhen } from '#contract/broadcast.ts';
import { type Instant, instantOf } from '#contract/instant.ts';
import type { Rulebook } from '../rulebook.ts';
import { dayNumberOf, startOfDay } from '../local-calendar.ts';
import { isZone, minutesOf, nextLocal } from '../local-time.ts';

/**
 * When it is somebody's turn, by their zone. Where the spring change skips the time, the first instant after the gap; where the autumn change repeats it, the first of the
 * two. Whose time has gone when the broadcast begins gets it at once.
 */
export function turnOf(when: BroadcastWhen, zone: string | null, workspaceZone: string, begins: Instant): Instant {
  switch (when.at) {
    case 'now':
      return begins;
    case 'instant':
      return Math.max(begins, instantOf(when.instant)!);
    case 'local': {
      const own = zone !== null && isZone(zone) ? zone : workspaceZone;
      return Math.max(begins, nextLocal(startOfDay(dayNumberOf(when.day)!, own), minutesOf(when.time), own));
    }
  }
}

/** What everybody of a broadcast gets, as it is when somebody starts it. */
export interface BroadcastContent {
  channel: string;
  templateVersion: number;
  purpose: 'marketing' | 'transactional';
  /** What the arms of its experiment get, beside the control. */
  arms?: { key: string; template: string; templateVersion: number }[];
}

/** What a plan lacks to be started, and what it sends when it lacks nothing. */
export function contentOf(
  plan: BroadcastPlan,
  book: Rulebook,
): { content: BroadcastContent | null; lacks: { path: string; message: string }[] } {
  const lacks: { path: string; message: string }[] = [];
  const published = new Set(book.segments.map((segment) => segment.key));
  if (plan.segments.length === 0) lacks.push({ path: 'segments', message: 'say who gets it: at least one segment' });
  for (const path of ['segments', 'without'] as const)
    for (const key of plan[path]) if (!published.has(key)) lacks.push({ path, message: `the segment “${key}” is not published` });
  const template = plan.template === null ? undefined : book.templates.get(plan.template);
  const topic = plan.topic === null ? undefined : book.topics.get(plan.topic);
  if (!template)
    lacks.push({
      path: 'template',
      message: plan.template === null ? 'choose what is sent' : `the template “${plan.template}” is not published`,
    });
  if (!topic)
    lacks.push({
      path: 'topic',
      message: plan.topic === null ? 'choose what it is about' : `the topic “${plan.topic}” is not published`,
    });
  const arms: NonNullable<BroadcastContent['arms']> = [];
  for (const [index, arm] of (plan.experiment?.arms ?? []).entries()) {
    const path = `experiment.arms.${index}.template`;
    const other = arm.template === null ? undefined : book.templates.get(arm.template);
    if (!other)
      lacks.push({
        path,
        message: arm.template === null ? `choose what “${arm.label}” gets` : `the template “${arm.template}” is not published`,
      });
    else if (template && other.body.channel !== template.body.channel)
      lacks.push({
        path,
        message: `“${arm.label}” goes by ${other.body.channel}, the others by ${template.body.channel}: choose content of one channel`,
      });
    else arms.push({ key: arm.key, template: arm.template!, templateVersion: other.version });
  }
  return {
    content:
      template && topic && lacks.length === 0
        ? {
            channel: template.body.channel,
            templateVersion: template.version,
            purpose: topic.body.purpose,
            ...(arms.length > 0 ? { arms } : {}),
          }
        : null,
    lacks,
  };
}
