import { day, type Instant } from '#contract/instant.ts';
import { checkShape } from '#engine/check.ts';
import { baselineSince, experimentsOf, goalName } from '#engine/experiment/experiments-of.ts';
import type { HouseGiven, JourneyUse } from '#engine/house/house.ts';
import type { Transaction } from '#store/database.ts';
import { listDefinitions, type StoredDefinition } from '#store/definitions.ts';
import { countDoers } from '#store/experiments.ts';
import { journeyCounts } from '#store/runs.ts';
import type { Workspace } from '#store/workspaces.ts';
import { eventSqlContext } from './rule-sql-context.ts';

/** What a workspace asks of what is published in it, and what has been seen of its journeys. */
export type Asked = Pick<HouseGiven, 'policy' | 'uses' | 'conversions' | 'now'>;

/** Whether what has been seen of journeys may refuse one; else it is only looked at when somebody wants to be warned. */
const mayRefuse = ({ settings }: Workspace): boolean => settings.liveLimit === 'refuse' || settings.needs.includes('signal-accuracy');

/** What keeps something from being published here; `given` are bodies that do not stand as drafts yet. */
export const askedOf = async (tx: Transaction, workspace: Workspace, now: Instant, given: readonly unknown[] = []): Promise<Asked> =>
  mayRefuse(workspace)
    ? askedWithUses(tx, workspace, now, given)
    : { policy: workspace.settings, conversions: await baselines(tx, workspace, await listDefinitions(tx, workspace.id), given, now), now };

/** The same with all that warnings want to know. */
export async function askedWithUses(tx: Transaction, workspace: Workspace, now: Instant, given: readonly unknown[] = []): Promise<Asked> {
  const counts = await journeyCounts(tx, workspace.id, now - 7 * day, new Map());
  const standing = await listDefinitions(tx, workspace.id);
  const journeys = standing.filter((each) => each.kind === 'journey');
  const uses = new Map(
    journeys.map(({ key, publishedAt, retired }): [string, JourneyUse] => {
      const count = counts.get(key);
      return [key, { goalMet: count?.goalMet ?? 0, lastEntryAt: count?.lastEntryAt ?? null, inForceSince: retired ? null : publishedAt }];
    }),
  );
  return { policy: workspace.settings, uses, conversions: await baselines(tx, workspace, standing, given, now), now };
}

/** How many people did lately what experiments want of people, in drafts and in what is given; nothing is counted where there are none. */
async function baselines(
  tx: Transaction,
  workspace: Workspace,
  standing: readonly StoredDefinition[],
  given: readonly unknown[],
  now: Instant,
): Promise<ReadonlyMap<string, number>> {
  const bodies = [
    ...standing
      .filter(({ kind }) => kind === 'journey')
      .flatMap(({ key, draft, published }) => [draft, published].map((body) => ({ key, body }))),
    ...given.map((body) => ({ key: 'given', body })),
  ];
  const counts = new Map<string, number>();
  for (const { key, body } of bodies) {
    // Most journeys have no experiment; to look for the word is cheaper than to read them all.
    if (!JSON.stringify(body ?? null).includes('"experiment"')) continue;
    const shape = checkShape('journey', key, body);
    if (!shape.ok || shape.document.kind !== 'journey') continue;
    for (const { goal } of experimentsOf(key, shape.document.body))
      if (goal && !counts.has(goalName(goal)))
        counts.set(goalName(goal), await countDoers(tx, eventSqlContext(workspace, now), goal, now - baselineSince));
  }
  return counts;
}
