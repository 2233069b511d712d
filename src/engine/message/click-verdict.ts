import { second, type Instant } from '#contract/instant.ts';

/** What is known of a request for a tracked link or pixel. */
export interface Request {
  method: string;
  userAgent: string;
  /** Whether the agent names itself a robot or a link scanner. */
  robot: boolean;
  at: Instant;
  sentAt: Instant | null;
  /** Other links of the same message asked for lately: which, and when. */
  others: readonly { link: number; at: Instant }[];
  link: number;
}

export type Actor = 'human' | 'machine' | 'unknown';

/**
 * Whether a person or a machine followed a link. Scanners ask with HEAD, name themselves, send no agent, or follow several links of a message within
 * two seconds. Only "human" moves anybody; everything is kept.
 */
export function judgeClick(request: Request): { actor: Actor; because: string } {
  if (request.method === 'HEAD') return { actor: 'machine', because: 'asked for with HEAD' };
  if (request.userAgent.trim() === '') return { actor: 'machine', because: 'sent no user agent' };
  if (request.robot) return { actor: 'machine', because: 'the agent names itself a robot' };
  if (request.others.some((other) => other.link !== request.link && Math.abs(request.at - other.at) <= 2 * second)) return { actor: 'machine', because: 'followed several links within two seconds' };
  return { actor: 'human', because: 'an ordinary browser followed one link' };
}

/** Opens are unreliable: mail programs fetch pictures ahead. Apple's proxy sends exactly "Mozilla/5.0", Google's names itself. */
export function judgeOpen(request: Pick<Request, 'userAgent' | 'robot' | 'at' | 'sentAt'>): { actor: Actor; because: string } {
  if (request.robot || request.userAgent.trim() === '') return { actor: 'machine', because: 'the agent names itself a robot' };
  if (request.userAgent === 'Mozilla/5.0' || /GoogleImageProxy|YahooMailProxy/i.test(request.userAgent)) return { actor: 'machine', because: 'fetched by a privacy proxy' };
  if (request.sentAt !== null && request.at - request.sentAt < 2 * second) return { actor: 'machine', because: 'fetched within two seconds of sending' };
  return { actor: 'unknown', because: 'a picture was fetched' };
}
