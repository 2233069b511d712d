import { useEffect, useRef } from 'react';
import { type Clip, readClip, writeClip } from './clip.ts';
import { shelved } from './use-commands.ts';

interface CanvasKeys {
  undo: () => void;
  redo: () => void;
  /** The keyboard is nowhere, and comes to the canvas. */
  enter: () => void;
  save: () => void;
  help: () => void;
  /** Asks what to put after the step at which the keyboard is. */
  ask: () => void;
  remove: () => void;
  duplicate: () => void;
  chooseAll: () => void;
  problems: () => void;
  settings: () => void;
  tryIt: () => void;
  escape: () => boolean;
  copy: () => Clip | null;
  cut: () => Clip | null;
  paste: (clip: Clip) => void;
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
const isOpen = (): boolean => document.querySelector('[role="dialog"], [role="menu"]') !== null;
/** Whether a key is meant for the canvas: the keyboard is on it, over it, or nowhere; not in the panel, nor among the places of the rail. */
const isForCanvas = (target: EventTarget | null): boolean =>
  !isTyping(target) && !isOpen() && target instanceof Element && target.closest('aside, nav') === null;

/** Whether it is a field of the panel, in which nothing is unfolded that the key would close first, and no form stands that it would leave. */
const isInPanel = (target: EventTarget | null): boolean =>
  !isOpen() &&
  target instanceof Element &&
  target.closest('aside') !== null &&
  target.closest('form') === null &&
  target.getAttribute('aria-expanded') !== 'true';

/** The keys of the canvas. Undo and saving work from the panel too, unless a part of it undoes by itself. */
export function useCanvasKeys(keys: CanvasKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const everywhere = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || document.querySelector('[aria-modal="true"]')) return;
      const key = event.key.toLowerCase();
      if (key === 'z' && !event.shiftKey) latest.current.undo();
      else if (key === 'y' || key === 'z') latest.current.redo();
      else if (key === 's') latest.current.save();
      else return;
      event.preventDefault();
    };
    const here = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && isInPanel(event.target) && latest.current.escape()) return void event.preventDefault();
      if (event.defaultPrevented || event.altKey || !isForCanvas(event.target)) return;
      const mod = event.ctrlKey || event.metaKey;
      if (mod && event.key.toLowerCase() === 'd') latest.current.duplicate();
      else if (mod && event.key.toLowerCase() === 'a') latest.current.chooseAll();
      else if (mod) return;
      else if (event.key.startsWith('Arrow')) {
        if (!(event.target as Element).matches('body, h1')) return;
        latest.current.enter();
      } else if (event.key === 'n' || event.key === '+') latest.current.ask();
      else if (event.key === 'Delete' || event.key === 'Backspace') latest.current.remove();
      else if (event.key === '?') latest.current.help();
      else if (event.key === 'p') latest.current.problems();
      else if (event.key === ',') latest.current.settings();
      else if (event.key === 't') latest.current.tryIt();
      else if (event.key === 'Escape') {
        if (!latest.current.escape()) return;
      } else return;
      event.preventDefault();
    };
    const clip =
      (take: () => Clip | null) =>
      (event: ClipboardEvent): void => {
        if (!isForCanvas(event.target) || getSelection()?.isCollapsed === false) return;
        const taken = take();
        if (!taken) return;
        event.clipboardData?.setData('text/plain', writeClip(taken));
        event.preventDefault();
      };
    const copy = clip(() => latest.current.copy());
    const cut = clip(() => latest.current.cut());
    const paste = (event: ClipboardEvent): void => {
      if (!isForCanvas(event.target)) return;
      const text = event.clipboardData?.getData('text/plain') ?? '';
      const taken = text === '' ? shelved() : readClip(text); // other text than ours is not pasted, nor what was copied before it
      if (!taken) return;
      event.preventDefault();
      latest.current.paste(taken);
    };
    document.addEventListener('keydown', everywhere);
    document.addEventListener('keydown', here, true); // before the keys of the frame, which has a "?" of its own
    document.addEventListener('copy', copy);
    document.addEventListener('cut', cut);
    document.addEventListener('paste', paste);
    return () => {
      document.removeEventListener('keydown', everywhere);
      document.removeEventListener('keydown', here, true);
      document.removeEventListener('copy', copy);
      document.removeEventListener('cut', cut);
      document.removeEventListener('paste', paste);
    };
  }, []);
}
