import { guarded, startTracker } from './tracker.ts';

type Methods = ReturnType<typeof startTracker>;
/** What the page may have queued before the script arrived: `throughline.push(['track', 'Signed Up', {}])`. */
type Queued = [method: keyof Methods, ...args: unknown[]];

/** The global `throughline`, once the script is there. */
export type Throughline = Methods & { push(call: Queued): void };

declare global {
  interface Window {
    throughline?: Queued[] | Throughline;
  }
}

const current = document.currentScript as HTMLScriptElement | null;
const script = current?.dataset.key ? current : document.querySelector<HTMLScriptElement>('script[data-key]');

const start = guarded(({ dataset, src }: HTMLScriptElement) => {
  const { key, host, consent, page, spa } = dataset;
  const queued = window.throughline ?? [];
  if (!Array.isArray(queued)) return; // included twice
  const isAnswer = (call: Queued) => call[0] === 'consent';
  const methods = startTracker({
    key: key!,
    host: (host ?? new URL(src).origin).replace(/\/+$/, ''),
    mode: consent === 'given' ? 'given' : 'required',
    privacyControl: (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true,
    page: page !== 'off',
    spa: spa === 'on',
    answers: queued.filter(isAnswer).map((call) => call[1]),
  });
  const push = guarded(([method, ...args]: Queued) => {
    (methods[method] as (...args: unknown[]) => void)(...args);
  });
  window.throughline = { ...methods, push };
  for (const call of queued) if (!isAnswer(call)) push(call);
});

if (!script?.dataset.key) console.warn('throughline: the script element needs data-key');
// A page that is rendered ahead of time has not been visited yet.
else if ((document as { prerendering?: boolean }).prerendering)
  document.addEventListener('prerenderingchange', () => start(script), { once: true });
else start(script);
