import type { Instant } from '#contract/instant.ts';
import { lockBook } from '#store/practice.ts';
import type { Workspace } from '#store/workspaces.ts';
import type { Deps } from '../deps.ts';
import { readClock, resumeClock, turnLock } from './clock.ts';
import { Play } from './play.ts';

const plays = new WeakMap<Deps, Map<number, Play>>();

/** One play a workspace and process, because it remembers who is known already. */
function playOf(deps: Deps, workspace: number): Play {
  const mine = plays.get(deps) ?? new Map<number, Play>();
  plays.set(deps, mine);
  const play = mine.get(workspace) ?? new Play(workspace);
  mine.set(workspace, play);
  return play;
}

/**
 * Plays what the people of practice workspaces do now. Called every second: answers whether more is due right away. A clock that stands is being turned,
 * and whoever turns it plays; when nobody does, a process died while turning, and the clock runs on from where it stopped.
 */
export async function runPractice(deps: Deps): Promise<boolean> {
  let more = false;
  for (const workspace of await deps.workspaces.all()) {
    if (workspace.clock === null) continue;
    if (workspace.clock.running) more = (await playNow(deps, workspace, workspace.clock.clock)) || more;
    else if (await deps.db.lockIsFree(turnLock(workspace))) await resumeClock(deps, workspace);
  }
  return more;
}

async function playNow(deps: Deps, workspace: Workspace, clock: number): Promise<boolean> {
  const play = playOf(deps, workspace.id);
  const real: Instant = deps.now();
  try {
    const played = await deps.db.transaction({ workspaces: [workspace.id] }, async (tx) => {
      const { now, running } = await readClock(tx, clock, real);
      const book = running ? await lockBook(tx, workspace.id) : null;
      return book === null ? null : play.act(tx, await play.notice(tx, book, now), now);
    });
    if (played !== null && played.facts > 0) deps.bus.pokeWork();
    return played?.full ?? false;
  } catch (error) {
    play.forget();
    throw error;
  }
}
