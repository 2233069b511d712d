import { minute } from '#contract/instant.ts';

/** How long what failed by a fault of ours waits until it is tried again: a decision about a person, the last check of a message. The others go on. */
export const faultWait = 15 * minute;

/** What the log says of an error: where it comes from, if that is known. */
export const sayFault = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
