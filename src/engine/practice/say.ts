import { type Instant, toIso } from '#contract/instant.ts';
import type { JsonObject } from '#contract/json.ts';
import { stableId } from '../stable-id.ts';
import type { Act, Doing, Said } from './act.ts';
import { type Page, site, type Source } from './catalogue.ts';

/** Whether a character came from here; others are people whom a colleague has added, and who read their mail all the same. */
export const keyOfVisitor = (day: number, nth: number): string => `u-${day}${nth}`;
export const isVisitor = (key: string): boolean => /^u-\d+$/.test(key);
export const anonymousOf = (key: string): string => `browser-${key.replace(/^u-/, '')}`;

/** Writes the calls of one act: numbered, so that each has a message id of its own, which is the same whenever the act is carried out again. */
export class Speaker {
  readonly says: Said[] = [];
  private readonly doing: Doing;
  private readonly known: boolean;

  /** `known`: whether they have told who they are, and so speak with a user id. */
  constructor(doing: Doing, known: boolean) {
    this.doing = doing;
    this.known = known && isVisitor(doing.who.key);
  }

  track(event: string, properties: JsonObject, more: { at?: Instant; context?: JsonObject } = {}): void {
    this.call({ type: 'track', event, properties }, more.at, more.context);
  }

  page(page: Page, at: Instant, source: Source | null): void {
    const url =
      site +
      page.path +
      (source?.campaign
        ? `?utm_source=${source.campaign.source}&utm_medium=${source.campaign.medium}&utm_campaign=${source.campaign.name}`
        : '');
    const seen: JsonObject = { path: page.path, title: page.title, url, referrer: source?.referrer ?? `${site}/` };
    this.call({ type: 'page', name: page.title, properties: seen }, at, {
      page: seen,
      ...(source?.campaign ? { campaign: { ...source.campaign } } : {}),
    });
  }

  identify(traits: JsonObject, context: JsonObject): void {
    this.call({ type: 'identify', traits }, undefined, context);
  }

  withdraw(message: string): void {
    this.says.push({ as: 'withdrawal', message, messageId: this.nextId() });
  }

  private call(what: JsonObject, at = this.doing.at, context: JsonObject = {}): void {
    const { who } = this.doing;
    this.says.push({
      as: 'call',
      raw: {
        ...what,
        messageId: this.nextId(),
        timestamp: toIso(at),
        anonymousId: anonymousOf(who.key),
        ...(this.known ? { userId: who.key } : {}),
        context: { timezone: who.zone, locale: who.locale, userAgent: who.agent, library: { name: 'practice', version: '1' }, ...context },
      },
    });
  }

  private nextId(): string {
    const { act, at, seed, who } = this.doing;
    return `practice-${stableId(seed, who.key, act.do, keyOf(act), at, this.says.length)}`;
  }
}

export const keyOf = (act: Act): string => ('key' in act ? act.key : act.do === 'pass-by' ? String(act.nth) : '');
