/** "29%" of a whole; nothing when there is no whole. */
export const sayShare = (part: number, whole: number): string => (whole === 0 ? '' : `${Math.round((part / whole) * 100)}%`);
