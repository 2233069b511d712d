export const gzipBytesMax: number;
export const target: URL;
export function buildTracker(): Promise<{ bytes: number; gzip: number }>;
