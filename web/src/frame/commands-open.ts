/** Opens the command palette or the sheet of shortcuts, wherever it is mounted. */
const target = new EventTarget();
export const openCommands = (): void => void target.dispatchEvent(new Event('commands'));
export const openHelp = (): void => void target.dispatchEvent(new Event('help'));
export function onOpen(what: 'commands' | 'help', listener: () => void): () => void {
  target.addEventListener(what, listener);
  return () => target.removeEventListener(what, listener);
}
