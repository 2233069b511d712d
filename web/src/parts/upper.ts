/** A sentence or a name with a capital letter first. */
export const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
