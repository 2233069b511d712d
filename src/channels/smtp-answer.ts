import type { Handover } from './channel.ts';

/** Which command a mail server answered. `body` is its last word, after the closing dot. */
export type SmtpStage = 'mail' | 'rcpt' | 'data' | 'body';

type Verdict = 'address' | 'policy' | 'content' | 'later';

/** The other side's words on one line, short enough to be kept and shown. */
export const oneLine = (words: string): string =>
  words
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 500);

/** "550-5.7.26 …\n550 5.7.26 …" → "5.7.26"; null when the server gives no enhanced code (RFC 3463). */
const enhancedCode = (answer: string): string | null => /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(answer)?.[1] ?? null;

const saysPolicy =
  /spam|spoof|phish|virus|malware|polic(?:y|ies)|black ?-?list|block ?-?list|blocked|deny ?-?list|\brbl\b|dnsbl|spamhaus|reputation|\bspf\b|dkim|dmarc|unauthenticated|authentication|not authori[sz]ed|relay|banned|abuse|unsolicited|rate limit|too many|reverse dns|\bptr\b|bulk|listed at/i;
const saysUnknown =
  /(?:user|recipient|mailbox|address|account|alias)(?: name)?(?: \S+)? (?:is )?(?:unknown|invalid|not (?:found|known|exist\w*|valid)|unavailable|inactive|disabled|closed)|(?:unknown|invalid|no such|nonexistent) (?:user|recipient|mailbox|address|account|local|person)|(?:does not|doesn'?t|do not|don'?t) (?:exist|have (?:a|an) \S+ account)|no mailbox|no longer (?:exists|available|valid|active|in use)|mailbox unavailable|user unknown|not our customer/i;
const saysFull = /(?:mailbox|quota|inbox|account|storage).{0,40}(?:full|exceed|over)|over ?quota|exceeded storage|out of storage/i;
const saysTooLarge = /size|too (?:large|big)|exceeds .{0,30}(?:limit|maximum)/i;

/** Said about the recipient (RFC 3463 §3.2): no such mailbox, bad domain, bad syntax, moved, null MX; 5.2.1 is a mailbox that takes nothing any more. */
const addressCodes = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.6', '5.1.10', '5.2.1', '5.4.4', '5.6.7']);
const contentCodes = new Set(['5.2.3', '5.3.4']);
/** RFC 4954: it is our login that is wrong. The message is not at fault and goes out once an operator has put the login right. */
const loginCodes = new Set([530, 534, 535, 538]);

/**
 * What a 4xx or 5xx means for the message. Nobody's address is called dead unless the server speaks of the address:
 * a refusal for policy, authentication, spam or a full mailbox says nothing about whether somebody reads mail there.
 */
function verdict(stage: SmtpStage, answer: string): Verdict {
  const code = Number.parseInt(answer, 10);
  // 503 (out of sequence) is about this connection, not about the message.
  if (!(code >= 500 && code < 600) || code === 503 || loginCodes.has(code)) return 'later';
  const enhanced = enhancedCode(answer);
  const recipientIsMeant = stage !== 'mail';

  if (enhanced === '5.2.2' || (recipientIsMeant && saysFull.test(answer) && enhanced !== '5.3.4' && !enhanced?.startsWith('5.7.')))
    return 'later';
  if (enhanced === '5.3.1') return 'later';
  if (enhanced !== null && contentCodes.has(enhanced)) return 'content';
  if (enhanced?.startsWith('5.7.')) return 'policy';
  if (enhanced !== null && addressCodes.has(enhanced) && recipientIsMeant)
    // Some servers put their spam refusals under 5.1.1; then the words decide.
    return saysPolicy.test(answer) && !saysUnknown.test(answer) ? 'policy' : 'address';
  if (enhanced === '5.4.1' && recipientIsMeant && /recipient address rejected/i.test(answer)) return 'address'; // Microsoft, directory based
  if (enhanced?.startsWith('5.6.')) return 'content';
  if (code === 552) return recipientIsMeant && !saysTooLarge.test(answer) ? 'later' : 'content';
  if (code === 556 && recipientIsMeant) return 'address'; // RFC 7504: the domain takes no mail
  if (recipientIsMeant && !saysPolicy.test(answer) && saysUnknown.test(answer)) return 'address';
  return 'policy';
}

/** What became of a message that was answered with 4xx or 5xx. */
export function readRefusal(stage: SmtpStage, answer: string): Handover {
  const about = verdict(stage, answer);
  if (about === 'later') return { result: 'later', retryAt: null, answer: oneLine(answer) };
  return { result: 'refused', permanent: true, about, answer: oneLine(answer) };
}

const queueIds = [
  /queued as <?([^\s>;,]+)/i, // Postfix, Haraka
  /\bid=<?([^\s>;,]+)/i, // Exim
  /<([^\s<>]+@[^\s<>]+)>/, // Exchange
  /^250 2\.0\.0 (\S+) Message accepted/i, // Sendmail
  /^250 2\.0\.0 OK\s+\d+ (\S+) - gsmtp/i, // Gmail
  /^250 Ok ([0-9a-f][0-9a-f-]{15,})$/i, // Amazon SES
];

/** The name that the other side gave the message, by which its operator can find it; null when the answer has none. */
export function readQueueId(answer: string): string | null {
  const line = oneLine(answer);
  for (const pattern of queueIds) {
    const id = pattern.exec(line)?.[1];
    if (id !== undefined) return id.slice(0, 200);
  }
  return null;
}
