import type { DefinitionDocument } from '#contract/definition.ts';
import { type HousePolicy, plainPolicy } from '#contract/house-policy.ts';
import type { Instant } from '#contract/instant.ts';
import type { Circle } from '#contract/map.ts';
import { findCircles } from './circles.ts';

/** What has been seen of a journey in force. */
export interface JourneyUse {
  goalMet: number;
  lastEntryAt: Instant | null;
  inForceSince: Instant | null;
}

/** What a workspace asks, and its From address: '' while none is set; what asks about that is quiet where it is not given. */
type OwnPolicy = HousePolicy & { senderEmail?: string | undefined };

export interface HouseGiven {
  policy?: OwnPolicy;
  /** The documents that are in force today, before what is given; none where nobody knows. */
  before?: readonly DefinitionDocument[];
  /** By key of the journey; what asks about it is quiet where it is not given. */
  uses?: ReadonlyMap<string, JourneyUse> | undefined;
  /** By the name of a goal: how many people did it lately; what asks about it is quiet where it is not given. */
  conversions?: ReadonlyMap<string, number> | undefined;
  now?: Instant;
}

/** Definitions as they would be in force together, what the workspace asks of them, and what is worked out once, when it is first asked for. */
export interface House extends Required<Omit<HouseGiven, 'uses' | 'conversions'>> {
  documents: readonly DefinitionDocument[];
  uses: ReadonlyMap<string, JourneyUse> | null;
  conversions: ReadonlyMap<string, number> | null;
  circles(): readonly Circle[];
}

export function openHouse(
  documents: Iterable<DefinitionDocument>,
  { policy = plainPolicy, before = [], uses, conversions, now = 0 }: HouseGiven = {},
): House {
  const all = [...documents];
  let circles: readonly Circle[] | null = null;
  return {
    documents: all,
    policy,
    before,
    uses: uses ?? null,
    conversions: conversions ?? null,
    now,
    circles: () => (circles ??= findCircles(all).circles),
  };
}
