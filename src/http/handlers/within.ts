import type { Transaction } from '#store/database.ts';
import type { Caller } from '../caller.ts';
import type { HttpHouse } from '../house.ts';

/** A transaction that sees the caller's workspace and nothing else. */
export const within = <T>(house: HttpHouse, caller: Caller, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  house.deps.db.transaction({ workspaces: [caller.workspace.id] }, work);
