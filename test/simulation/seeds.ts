/** Seeds that once failed, with what they found. They are played on every run: what was repaired stays repaired. */
export const seedsThatFailed: readonly { seed: string; days: number; found: string }[] = [];
