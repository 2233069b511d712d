import { useDebouncedValue } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import type { Journey } from '#contract/journey.ts';
import type { Assumption, Invented, Tried } from '#contract/trial.ts';
import type { ProblemError } from '../../api.ts';
import { useAddress } from '../../parts/address.tsx';
import { useTrial } from '../../query.ts';
import { type WayTaken, wayOf } from './way-taken.ts';

/** Somebody to try with: nobody is chosen yet, somebody who does not exist, or the id of a person. */
type Whom = 'nobody' | 'invented' | { id: string };

const blank: Invented = {
  email: 'ana@example.com',
  traits: { firstName: 'Ana' },
  stage: null,
  consent: true,
  zone: null,
  segments: [],
};

/** How a journey is tried: with whom, when they come in and by which entry, and what is supposed. */
interface Setup {
  invented: Invented;
  entry: string | null;
  /** Of the event by which they come in; null is what it listens for. */
  properties: Record<string, unknown> | null;
  at: string | null;
  assumptions: Assumption[];
}

const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

export interface Trying {
  whom: Whom;
  setup: Setup;
  change: (part: Partial<Setup>) => void;
  tried: Tried | undefined;
  /** What is shown was asked before something changed. */
  isOld: boolean;
  problem: ProblemError | null;
  again: () => void;
}

/** A trial of a journey as the address asks for it; null when it does not. `what` is the draft on the screen, or the version that is looked at. */
export function useTry(
  journeyKey: string,
  what: { body: Journey } | { version: number } | null,
): { trying: Trying | null; way: WayTaken | null } {
  const [address] = useAddress();
  const asked = address.try;
  const [setup, setSetup] = useState<Setup>({ invented: blank, entry: null, properties: null, at: null, assumptions: [] });
  const whom: Whom = asked === 'invented' ? 'invented' : asked !== undefined && isId(asked) ? { id: asked } : 'nobody';
  const [settled] = useDebouncedValue(
    useMemo(() => ({ what, setup }), [what, setup]),
    300,
  );
  const { invented, entry, properties, at, assumptions } = settled.setup;
  const args =
    asked === undefined || whom === 'nobody' || settled.what === null
      ? null
      : {
          params: { key: journeyKey },
          body: {
            ...(whom === 'invented' ? { invented } : { person: whom.id }),
            ...settled.what,
            ...(entry === null ? {} : { entry }),
            ...(properties === null ? {} : { properties }),
            ...(at === null ? {} : { at }),
            assumptions,
          },
        };
  const trial = useTrial('tryJourney', args, { staleTime: 5_000 });
  const tried = args === null || trial.error ? undefined : trial.data;
  const way = useMemo(() => (tried ? wayOf(tried) : null), [tried]);
  if (asked === undefined) return { trying: null, way: null };
  return {
    way,
    trying: {
      whom,
      setup,
      change: (part) => setSetup((before) => ({ ...before, ...part })),
      tried,
      isOld: trial.isPlaceholderData || settled.setup !== setup,
      problem: args === null ? null : trial.error,
      again: () => void trial.refetch(),
    },
  };
}
