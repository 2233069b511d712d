import { type Instant, minute } from '#contract/instant.ts';

export interface Lag {
  p50: number;
  p95: number;
  p99: number;
  count: number;
}
export const lagNames = ['acceptToDecide', 'dueToWoken', 'claimedToSent'] as const;
export type LagName = (typeof lagNames)[number];

const keptFor = 5 * minute;
const keptMax = 20_000;

/** How long things took in this process during the last five minutes; at most 20,000 measurements of each are kept, the newest. */
export class Lags {
  private readonly kept: Record<LagName, { at: Instant; took: number }[]> = { acceptToDecide: [], dueToWoken: [], claimedToSent: [] };

  add(name: LagName, took: number, at: Instant): void {
    const list = this.kept[name];
    list.push({ at, took: Math.max(0, took) });
    if (list.length > keptMax * 1.5) list.splice(0, list.length - keptMax);
  }

  read(now: Instant): Record<LagName, Lag> {
    const read = (name: LagName): Lag => {
      const took = this.kept[name]
        .filter((each) => each.at > now - keptFor)
        .map((each) => each.took)
        .sort((a, b) => a - b);
      const at = (share: number): number => took[Math.min(took.length - 1, Math.ceil(took.length * share) - 1)] ?? 0;
      return { p50: at(0.5), p95: at(0.95), p99: at(0.99), count: took.length };
    };
    return { acceptToDecide: read('acceptToDecide'), dueToWoken: read('dueToWoken'), claimedToSent: read('claimedToSent') };
  }
}
