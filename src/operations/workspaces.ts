import type { Instant } from '#contract/instant.ts';
import { Problem } from '#contract/problems.ts';
import type { Database } from '#store/database.ts';
import type { Clocks } from '#store/wakes.ts';
import { allWorkspaces, type Workspace, workspaceNow } from '#store/workspaces.ts';

/** The workspaces as this process last saw them; read again every second at most, and at once after a change of its own. */
export class Workspaces {
  private list: Workspace[] = [];
  private readAt = Number.NEGATIVE_INFINITY;
  private readonly db: Database;
  private readonly now: () => Instant;

  constructor(db: Database, now: () => Instant) {
    this.db = db;
    this.now = now;
  }

  async all(): Promise<readonly Workspace[]> {
    const age = this.now() - this.readAt;
    if (age > 1000 || age < 0) await this.refresh();
    return this.list;
  }

  async refresh(): Promise<void> {
    this.list = await allWorkspaces(this.db);
    this.readAt = this.now();
  }

  async ids(): Promise<number[]> {
    return (await this.all()).map((workspace) => workspace.id);
  }

  async bySlug(slug: string): Promise<Workspace> {
    const find = (): Workspace | undefined => this.list.find((workspace) => workspace.slug === slug);
    await this.all();
    if (!find()) await this.refresh();
    const found = find();
    if (!found) throw new Problem('workspace-unknown', { slug });
    return found;
  }

  async byId(id: number): Promise<Workspace> {
    const found = (await this.all()).find((workspace) => workspace.id === id);
    if (!found) throw new Problem('workspace-unknown', { id });
    return found;
  }

  /** What time it is in a workspace. */
  async nowOf(id: number): Promise<Instant> {
    return workspaceNow(await this.byId(id), this.now());
  }

  /** What time it is by each clock that runs: real time, and every practice workspace's own. One that stands is being turned, by whoever turns it. */
  async clocks(): Promise<Clocks> {
    const real = this.now();
    return [
      { clock: 0, now: real },
      ...(await this.all())
        .filter((workspace) => workspace.clock?.running)
        .map((workspace) => ({ clock: workspace.clock!.clock, now: workspaceNow(workspace, real) })),
    ];
  }
}
