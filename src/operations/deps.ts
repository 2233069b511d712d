import type { Instant } from '#contract/instant.ts';
import type { Database } from '#store/database.ts';
import type { Bus } from './bus.ts';
import type { Lags } from './lags.ts';
import type { Rulebooks } from './rulebooks.ts';
import type { SeenSources } from './seen-sources.ts';
import type { Workspaces } from './workspaces.ts';

/** What every operation is handed. Time and chance come in here, and nowhere else. */
export interface Deps {
  db: Database;
  /** What time it is in the world. */
  now: () => Instant;
  /** A new id (UUID version 7) for something made at an instant. */
  newId: (at: Instant) => string;
  workspaces: Workspaces;
  rulebooks: Rulebooks;
  seenSources: SeenSources;
  bus: Bus;
  lags: Lags;
  /** Named places at which a crash test stops the process; does nothing otherwise. */
  failpoint: (name: string) => void;
  log: Log;
}

/** A structured log line: never holds personal data, keys or bodies. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}
