/**
 * Opens the command palette or the sheet of shortcuts. They are loaded after the first screen; what is asked for before
 * that is kept and opened as soon as they are there.
 */
type Sheet = 'commands' | 'help';
const listeners = new Map<Sheet, () => void>();
let asked: Sheet | null = null;

function open(what: Sheet): void {
  const listener = listeners.get(what);
  if (listener) listener();
  else asked = what;
}
export const openCommands = (): void => open('commands');
export const openHelp = (): void => open('help');

export function onOpen(what: Sheet, listener: () => void): () => void {
  listeners.set(what, listener);
  if (asked === what) {
    asked = null;
    listener();
  }
  return () => void listeners.delete(what);
}
