import { sayDuration } from '#contract/instant.ts';
export function PersonContext({ person, short }: { person: unknown; short?: boolean }) { return <p>{sayDuration('P1D')}{String(person)}{String(short)}</p>; }
