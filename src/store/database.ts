/** A value that both databases take as a bound parameter. Arrays are for `unnest` and `any`. Objects are never passed: JSON is given as text. */
export type Bindable = string | number | boolean | null | Bindable[];

// biome-ignore lint/suspicious/noExplicitAny: a row's shape is said by the function that owns the statement.
export type Row = Record<string, any>;

export interface Queryable {
  /**
   * Runs one statement with bound values and answers its rows. A statement text is prepared once per connection, so write it as a constant.
   * Both databases read alike: int8 and numeric as number, timestamptz as milliseconds since 1970 (number), json and jsonb as parsed
   * values, uuid as text, arrays of these as arrays. `plannedAnew`, its plan is made for this one run: for a table that is empty in one minute and holds a million
   * rows in the next, where a plan that was kept reads all of them.
   */
  query<R extends Row = Row>(statement: string, values?: readonly Bindable[], plannedAnew?: boolean): Promise<R[]>;
}

/** Whose rows a transaction may see. */
export interface Scope {
  /** Workspaces whose rows are visible; none means that nothing is seen. */
  workspaces: readonly number[];
}

/** An open transaction under the application's role. Nothing but SQL is awaited while it is open. */
export interface Transaction extends Queryable {
  readonly kind: 'transaction';
}

export interface Database {
  readonly dialect: 'postgres' | 'pglite';
  /** Runs `work` in one transaction as the role throughline_app with the scope's workspaces set; rolls back when it throws. */
  transaction<T>(scope: Scope, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Runs `work` in one transaction as the database's owner: migrations, keys and sessions before a workspace is known, operators' commands. */
  asOwner<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Runs several statements without values, outside a transaction of ours. For migrations only. */
  script(statements: string): Promise<void>;
  /** Tells every process that listens on `channel`. At most 7,000 bytes of payload. */
  notify(channel: string, payload: string): Promise<void>;
  /** Calls `hear` with each payload until the returned function is called. Survives a lost connection. */
  listen(channel: string, hear: (payload: string) => void): Promise<() => Promise<void>>;
  /**
   * Holds the session advisory lock `number` on a connection of its own until `release`; null when another session holds it.
   * `lost` is called when the connection breaks, and with it the lock.
   */
  holdLock(number: number, lost: () => void): Promise<{ release(): Promise<void> } | null>;
  /** Whether nobody holds the advisory lock `number`, neither this process nor another session. */
  lockIsFree(number: number): Promise<boolean>;
  close(): Promise<void>;
}

/** SQLSTATE of a database error, or null. */
export function sqlState(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' && error.code.length === 5
    ? error.code
    : null;
}

/** Errors that the same values give again: a violated constraint (class 23), an unusable value (22), a wrong statement (42). */
export const isOurFault = (error: unknown): boolean => /^(22|23|42)/.test(sqlState(error) ?? '');
