const args = process.argv.slice(2);

/** What follows a word on the command line. */
export const option = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
export const flag = (name: string): boolean => args.includes(name);
