import type { Instant } from '#contract/instant.ts';
import { isObject, type JsonObject, textAt } from '#contract/json.ts';

/** Where a person came from, read from the context of a call. Null when it does not say. */
export function sourceFrom(context: JsonObject, entryPoint: string, at: Instant): JsonObject | null {
  const page = isObject(context.page) ? (context.page as JsonObject) : {};
  const campaign = isObject(context.campaign) ? (context.campaign as JsonObject) : {};
  const referrer = textAt(page, 'referrer');
  if (!textAt(page, 'url') && !referrer && Object.keys(campaign).length === 0) return null;
  const utm: JsonObject = {};
  for (const [key, value] of Object.entries(campaign)) if (typeof value === 'string') utm[key] = value.slice(0, 200);
  const source = textAt(campaign, 'source');
  return {
    entryPoint,
    source: source ?? (referrer ? hostOf(referrer) : 'direct'),
    channel: textAt(campaign, 'medium') ?? (referrer ? 'referral' : 'direct'),
    campaign: textAt(campaign, 'name'),
    referrer,
    page: textAt(page, 'url'),
    utm,
    at: new Date(at).toISOString(),
  };
}

/** Whether a call says that somebody has just come from somewhere: a campaign, or a page of another site. */
export function isArrival(source: JsonObject, context: JsonObject): boolean {
  if (isObject(context.campaign) && Object.keys(context.campaign).length > 0) return true;
  const { referrer, page } = source;
  if (typeof referrer !== 'string') return false;
  return typeof page !== 'string' || hostOf(referrer) !== hostOf(page);
}

/** Country, region and city, as far as the context of a call names them. */
export function placeOf(context: JsonObject): JsonObject | null {
  if (!isObject(context.location)) return null;
  const place: JsonObject = {};
  for (const part of ['country', 'region', 'city']) {
    const value = textAt(context.location as JsonObject, part);
    if (value !== null) place[part] = value.slice(0, 200);
  }
  return Object.keys(place).length > 0 ? place : null;
}

const hostOf = (address: string): string => /^[a-z]+:\/\/([^/:?#]+)/i.exec(address)?.[1]?.toLowerCase() ?? address.slice(0, 100);
