import {
  type Icon,
  IconBolt,
  IconChartBar,
  IconFileText,
  IconGridDots,
  IconRoute,
  IconTimeline,
  IconUsersGroup,
} from '@tabler/icons-react';
import type { MapNode } from '#contract/map.ts';
import { pageOf } from '../definitions/linked.tsx';

type Kind = MapNode['kind'];
const looks: Partial<Record<Kind, { name: string; icon: Icon }>> = {
  journey: { name: 'Journey', icon: IconRoute },
  segment: { name: 'Segment', icon: IconUsersGroup },
  score: { name: 'Score', icon: IconChartBar },
  grade: { name: 'Grade', icon: IconGridDots },
  stage: { name: 'Stage', icon: IconTimeline },
  event: { name: 'Event', icon: IconBolt },
};
export const lookOf = (kind: Kind): { name: string; icon: Icon } => looks[kind] ?? { name: 'Definition', icon: IconFileText };

/** Where a place of the map is looked at; an event where it comes in. */
export const placeOf = (kind: Kind, key: string): string =>
  kind === 'stage' ? 'definitions/lifecycle/main' : kind === 'event' ? `events?name=${encodeURIComponent(key)}` : pageOf(kind, key);
