import type { LiveTopic } from '#contract/routes/operate.ts';
import type { Instant } from '#contract/instant.ts';
import type { Clocks } from '#store/wakes.ts';
import type { Workspace } from '#store/workspaces.ts';
import type { Bus } from '../bus.ts';
import type { SendingDeps } from '../deliver.ts';
import { Lags } from '../lags.ts';
import { Workspaces } from '../workspaces.ts';

/** The workspaces as a turning clock sees them: its own only, at the instant at which the clock stands. */
class OneWorkspace extends Workspaces {
  private readonly only: Workspace;
  private readonly standsAt: () => Instant;

  constructor(deps: SendingDeps, workspace: Workspace, reading: () => Instant) {
    super(deps.db, deps.now);
    this.only = workspace;
    this.standsAt = reading;
  }

  override async all(): Promise<readonly Workspace[]> {
    const clock = { ...this.only.clock!, reading: this.standsAt(), running: false };
    return [{ ...this.only, clock }];
  }
  override async refresh(): Promise<void> {}
  override async bySlug(): Promise<Workspace> {
    return (await this.all())[0]!;
  }
  override async clocks(): Promise<Clocks> {
    return [{ clock: this.only.clock!.clock, now: this.standsAt() }];
  }
}

/** What happened while the clock was turned is told a few times a second, not at each of a thousand steps. */
const tellEvery = 250;

export interface StandingHouse {
  deps: SendingDeps;
  /** A step begins: real time moves on, and stands until the next one. */
  step(): void;
  /** Tells the live pages what has gathered. */
  tell(): void;
}

/**
 * The same house while the clock of one workspace is turned: it knows that workspace only, so that nobody else's lanes are looked up; real time stands
 * within a step, so that a mail is sent at its instant and not some milliseconds later; and it neither pokes the loops nor counts in the measurements.
 */
export function standingHouse(deps: SendingDeps, workspace: Workspace, reading: () => Instant): StandingHouse {
  let now = deps.now();
  let toldAt = now;
  const gathered = new Set<LiveTopic>();
  const bus: Bus = {
    ...deps.bus,
    pokeWork: () => undefined,
    changed(_workspace, topics) {
      for (const topic of topics) gathered.add(topic);
    },
  };
  const tell = (): void => {
    toldAt = deps.now();
    deps.bus.changed(workspace.id, ['clock', ...gathered]);
    gathered.clear();
  };
  return {
    deps: { ...deps, now: () => now, bus, lags: new Lags(), workspaces: new OneWorkspace(deps, workspace, reading) },
    step() {
      now = deps.now();
      if (now - toldAt >= tellEvery) tell();
    },
    tell,
  };
}
