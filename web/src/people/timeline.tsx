export function Timeline(_: { id: string; kinds: string | undefined; short?: boolean }) { return null; }
