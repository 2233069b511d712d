/** What stands in a snippet until there is a key. */
export const noKey = 'YOUR_WRITE_KEY';

export interface Snippet {
  key: string;
  name: string;
  /** Where it goes, in one sentence. */
  about: string;
  parts: { title: string; code: string }[];
  /** What one has to know besides. */
  note?: string;
}

/** Four ways to send events, filled in with this server's address and the write key. */
export function snippetsFor(publicUrl: string, writeKey: string): Snippet[] {
  const { host, protocol, pathname } = new URL(publicUrl);
  const origin = publicUrl.replace(/\/+$/, '');
  return [
    {
      key: 'tag',
      name: 'Tag',
      about: 'For any website. It goes before the end of the head, on every page.',
      parts: [
        { title: 'On every page', code: `<script async src="${origin}/t.js" data-key="${writeKey}"></script>` },
        {
          title: 'When the visitor has answered your consent banner',
          code: "window.throughline = window.throughline || [];\nthroughline.push(['consent', { marketing: true, analytics: true }]);",
        },
        {
          title: 'When something happens, and when you know who it is',
          code: "throughline.push(['track', 'Signed Up', { plan: 'pro' }]);\nthroughline.push(['identify', 'user-1', { email: 'ana@example.com' }]);",
        },
      ],
      note: 'The tag stores and sends nothing before the visitor says yes. To try it on a page without a banner, add data-consent="given".',
    },
    {
      key: 'browser',
      name: 'Segment, browser',
      about:
        'For a site that has Segment’s browser client already. Only the addresses change. Install it with npm install @segment/analytics-next.',
      parts: [
        {
          title: 'Where the client is made',
          code: `import { AnalyticsBrowser } from '@segment/analytics-next';

export const analytics = AnalyticsBrowser.load(
  { writeKey: '${writeKey}', cdnURL: '${origin}' },
  { integrations: { 'Segment.io': { apiHost: '${host}${pathname.replace(/\/+$/, '')}/v1', protocol: '${protocol.replace(':', '')}' } } },
);

analytics.identify('user-1', { email: 'ana@example.com' });
analytics.track('Signed Up', { plan: 'pro' });`,
        },
      ],
    },
    {
      key: 'node',
      name: 'Segment, server',
      about: 'For a Node server that has Segment’s client. Install it with npm install @segment/analytics-node.',
      parts: [
        {
          title: 'On the server',
          code: `import { Analytics } from '@segment/analytics-node';

const analytics = new Analytics({ writeKey: '${writeKey}', host: '${origin}' });

analytics.identify({ userId: 'user-1', traits: { email: 'ana@example.com' } });
analytics.track({ userId: 'user-1', event: 'Signed Up', properties: { plan: 'pro' } });
await analytics.closeAndFlush();`,
        },
      ],
    },
    {
      key: 'curl',
      name: 'curl',
      about: 'For any language, and the quickest way to see a first event. Run it in a terminal.',
      parts: [
        {
          title: 'Who it is',
          code: `curl ${origin}/v1/identify -u ${writeKey}: \\\n  -H 'content-type: application/json' \\\n  -d '{"userId": "user-1", "traits": {"email": "ana@example.com", "name": "Ana Duarte"}}'`,
        },
        {
          title: 'What they did',
          code: `curl ${origin}/v1/track -u ${writeKey}: \\\n  -H 'content-type: application/json' \\\n  -d '{"userId": "user-1", "event": "Signed Up", "properties": {"plan": "pro"}}'`,
        },
      ],
    },
  ];
}
