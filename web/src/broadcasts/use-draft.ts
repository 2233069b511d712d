import { useDebouncedValue } from '@mantine/hooks';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { BroadcastPlan } from '#contract/broadcast.ts';
import { ProblemError } from '../api.ts';
import { useChange } from '../query.ts';

/** How long after the last stroke a draft is saved. */
const restMs = 600;

/** A draft that saves itself. `flush` waits until what is on the screen is stored, and throws the refusal when it cannot be. */
export function useDraft(id: string, stored: BroadcastPlan) {
  const [plan, setPlan] = useState(stored);
  const [saved, setSaved] = useState(stored);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const put = useChange('putBroadcast', ['listBroadcasts', 'getEstimate']);
  const latest = useRef(plan);
  latest.current = plan;
  const write = put.mutateAsync;
  const flush = useCallback(async (): Promise<void> => {
    const now = latest.current;
    try {
      await write({ params: { id }, body: now });
      setSaved(now);
      setProblem(null);
    } catch (error) {
      if (error instanceof ProblemError) setProblem(error);
      throw error;
    }
  }, [write, id]);
  const isSaved = plan === saved;
  const [settled] = useDebouncedValue(plan, restMs);
  useEffect(() => {
    if (settled !== saved) void flush().catch(() => undefined);
  }, [settled, saved, flush]);
  return { plan, change: (part: Partial<BroadcastPlan>) => setPlan((before) => ({ ...before, ...part })), isSaved, problem, flush };
}
