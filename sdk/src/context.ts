/** What Segment's spec calls the context: https://segment.com/docs/connections/spec/common/#context. No screen, fonts or plug-ins: nothing that adds up to a fingerprint. */

declare const __VERSION__: string;

export const pageUrl = (): string => location.href.split('#')[0]!;

export function pageContext(referrer: string) {
  return { url: pageUrl(), path: location.pathname, referrer, title: document.title, search: location.search };
}

/** utm_source, utm_medium … without the prefix; Segment calls utm_campaign `name`. */
export function campaign(): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  new URLSearchParams(location.search).forEach((value, key) => {
    if (/^utm_./.test(key)) found[key === 'utm_campaign' ? 'name' : key.slice(4)] = value;
  });
  return Object.keys(found).length ? found : undefined;
}

export function contextNow(referrer: string, privacyControl: boolean) {
  return {
    page: pageContext(referrer),
    campaign: campaign(),
    locale: navigator.language,
    userAgent: navigator.userAgent,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    library: { name: 'throughline', version: __VERSION__ },
    globalPrivacyControl: privacyControl || undefined,
  };
}

/** Where the person came from when this browser was first seen. */
export function firstTouch() {
  return { url: pageUrl(), referrer: document.referrer, campaign: campaign(), at: new Date().toISOString() };
}
export type FirstTouch = ReturnType<typeof firstTouch>;

/** A UUID of version 4. `crypto.randomUUID` is missing on plain http. */
export function uuid(): string {
  return '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
    (Number(digit) ^ (crypto.getRandomValues(new Uint8Array(1))[0]! & (15 >> (Number(digit) / 4)))).toString(16),
  );
}
