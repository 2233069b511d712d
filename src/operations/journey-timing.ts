import { toDuration, toIso } from '#contract/instant.ts';
import type { JourneyTiming } from '#contract/routes/journeys.ts';
import {
  beganWithin,
  beginnersMax,
  binEdges,
  conversionsNeeded,
  convertedWithin,
  sharesTold,
  suggestTimes,
  timingEdges,
} from '#engine/journey/timing.ts';
import { timesTaken } from '#store/events.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { Deps } from './deps.ts';

/** How long people took from one event to another, and what that suggests to a journey between the two. */
export async function journeyTiming(deps: Deps, workspace: Workspace, from: string, to: string): Promise<JourneyTiming> {
  const now = workspaceNow(workspace, deps.now());
  const since = now - beganWithin;
  const taken = await deps.db.transaction({ workspaces: [workspace.id] }, (tx) =>
    timesTaken(tx, workspace.id, {
      from,
      to,
      since,
      now,
      within: convertedWithin,
      people: beginnersMax,
      shares: sharesTold.map((share) => share / 100),
      edges: binEdges,
    }),
  );
  const enough = taken.shares !== null && taken.converted >= conversionsNeeded;
  const times = new Map(sharesTold.map((share, index) => [share as number, taken.shares?.[index] ?? 0]));
  const time = (share: (typeof sharesTold)[number]): string => toDuration(times.get(share)!);
  return {
    from,
    to,
    since: toIso(since),
    began: taken.began,
    converted: taken.converted,
    open: taken.open,
    needed: conversionsNeeded,
    times: enough ? { p10: time(10), p25: time(25), p50: time(50), p75: time(75), p90: time(90) } : null,
    histogram: timingEdges.map((upTo, index) => ({ upTo, people: taken.bins.find(({ bin }) => bin === index)?.people ?? 0 })),
    suggestions: enough ? suggestTimes(taken.converted, times) : null,
  };
}
