import { useEffect, useRef, useState } from 'react';
import { type Body, callUntil, ProblemError, type Reply } from '../api.ts';

type Preview = Reply<'previewScore'>;
type Bins = Preview['distribution'];

export interface Everybody {
  /** What has been counted so far. */
  preview: Preview | undefined;
  counting: boolean;
  problem: ProblemError | null;
  count: () => void;
  stop: () => void;
}

/** Beyond the first some thousand people, everybody else is counted when that is asked for, a portion at a time. Another first answer begins anew. */
export function useEverybody(first: Preview | undefined, asked: Body<'previewScore'> | null): Everybody {
  const [more, setMore] = useState<{ first: Preview; preview: Preview; problem: ProblemError | null } | null>(null);
  const [counting, setCounting] = useState(false);
  const going = useRef<AbortController | null>(null);
  const so = more !== null && more.first === first ? more : null;
  const preview = so?.preview ?? first;

  const stop = (): void => {
    going.current?.abort();
    going.current = null;
    setCounting(false);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was counted of another draft is no longer wanted
  useEffect(() => stop, [first]);

  const count = async (): Promise<void> => {
    if (first === undefined || asked === null) return;
    const mine = new AbortController();
    going.current = mine;
    setCounting(true);
    let sum = preview!;
    let problem: ProblemError | null = null;
    while (sum.next !== null && problem === null && !mine.signal.aborted) {
      try {
        const others = await callUntil(mine.signal, 'previewScore', { body: { ...asked, from: sum.next } });
        // What it asks about was changed by somebody else meanwhile: the draft is asked about anew with the next edit.
        if (others.mistakes.length > 0) break;
        sum = together(sum, others);
      } catch (error) {
        if (mine.signal.aborted) break;
        if (!(error instanceof ProblemError)) throw error;
        problem = error;
      }
      if (!mine.signal.aborted) setMore({ first, preview: sum, problem });
    }
    if (going.current === mine) stop();
  };
  return { preview, counting, problem: so?.problem ?? null, count: () => void count(), stop };
}

/** Two portions of people as one. */
const together = (some: Preview, others: Preview): Preview => ({
  ...others,
  people: some.people + others.people,
  distribution: sumOf(some.distribution, others.distribution),
  before: sumOf(some.before, others.before),
  thresholds: some.thresholds.map((mark, nth) => ({ ...mark, people: mark.people + others.thresholds[nth]!.people })),
  sample: [...some.sample, ...others.sample].slice(0, 8),
});

const sumOf = (some: Bins, others: Bins): Bins => some.map((bin, nth) => ({ ...bin, people: bin.people + others[nth]!.people }));
