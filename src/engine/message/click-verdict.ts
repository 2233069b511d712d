import { type Instant, second } from '#contract/instant.ts';

/** What is known of a request for a tracked link or pixel. */
export interface Request {
  method: string;
  userAgent: string;
  /** Whether the agent names itself a robot or a link scanner. */
  robot: boolean;
}

export type Actor = 'human' | 'machine' | 'unknown';

/** A link that was followed is judged after this time: until then the next one of the same message may show that a scanner follows them all. */
export const clickSettles = 2 * second;

/**
 * Whether a machine followed a link, as far as the request alone says it: scanners ask with HEAD, name themselves or send no agent. Others wear the face of a
 * browser and follow every link within a second; those are found by what follows.
 */
export function judgeClick(request: Request): { actor: Actor; because: string } {
  if (request.method === 'HEAD') return { actor: 'machine', because: 'asked for with HEAD' };
  if (request.userAgent.trim() === '') return { actor: 'machine', because: 'sent no user agent' };
  if (request.robot) return { actor: 'machine', because: 'the agent names itself a robot' };
  return { actor: 'unknown', because: 'an ordinary browser, as far as the request says' };
}

/** Opens are unreliable: mail programs fetch pictures ahead. Apple's proxy sends exactly "Mozilla/5.0", Google's names itself. */
export function judgeOpen(request: Request & { at: Instant; sentAt: Instant | null }): { actor: Actor; because: string } {
  if (request.robot || request.userAgent.trim() === '') return { actor: 'machine', because: 'the agent names itself a robot' };
  if (request.userAgent === 'Mozilla/5.0' || /GoogleImageProxy|YahooMailProxy/i.test(request.userAgent))
    return { actor: 'machine', because: 'fetched by a privacy proxy' };
  if (request.sentAt !== null && request.at - request.sentAt < 2 * second)
    return { actor: 'machine', because: 'fetched within two seconds of sending' };
  return { actor: 'unknown', because: 'a picture was fetched' };
}
