import type { lifecycleBoard as board } from '#contract/routes/people.ts';
import { sayRule } from '#engine/rule/say.ts';
import { recycleCounts, stageCounts } from '#store/histories.ts';
import { type Workspace, workspaceNow } from '#store/workspaces.ts';
import type { z } from 'zod';
import type { Deps } from './deps.ts';

/** The stages in order: who stands in each and for how long, who came and went lately, and who was recycled from it. */
export async function lifecycleBoard(deps: Deps, workspace: Workspace): Promise<z.infer<typeof board.reply>> {
  return deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
    const now = workspaceNow(workspace, deps.now());
    const { lifecycle } = await deps.rulebooks.current(tx, workspace.id);
    const counts = await stageCounts(tx, workspace.id, now);
    const recycles = await recycleCounts(tx, workspace.id, now);
    return {
      name: lifecycle?.body.name ?? 'No lifecycle',
      owner: lifecycle?.body.owner ?? null,
      version: lifecycle?.version ?? null,
      none: counts.standing.find((row) => row.stage === null)?.count ?? 0,
      stages: (lifecycle?.body.stages ?? []).map(({ key, name, meaning, objective, risk, owner, hue, stall }) => {
        const row = counts.standing.find((each) => each.stage === key);
        const sum = (moves: typeof counts.moves, what: 'count' | 'overrides'): number =>
          moves.reduce((total, move) => total + move[what], 0);
        const came = counts.moves.filter((move) => move.to === key);
        return {
          key,
          name,
          meaning,
          objective,
          risk,
          owner,
          hue,
          count: row?.count ?? 0,
          entered7d: sum(came, 'count'),
          left7d: sum(
            counts.moves.filter((move) => move.from === key),
            'count',
          ),
          overrides7d: sum(came, 'overrides'),
          ages: { day: row?.day ?? 0, week: row?.week ?? 0, month: row?.month ?? 0, older: row?.older ?? 0 },
          medianAgeMs: row?.medianSince ? now - row.medianSince : null,
          stall: stall
            ? { after: stall.after, unless: stall.unless ? sayRule(stall.unless) : null, to: stall.to, reason: stall.reason }
            : null,
          recycles: recycles.flatMap(({ from, ...each }) => (from === key ? [each] : [])),
        };
      }),
    };
  });
}
