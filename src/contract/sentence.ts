/** Ends a sentence, once: what others have written may bring its own full stop. */
export const fullStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
