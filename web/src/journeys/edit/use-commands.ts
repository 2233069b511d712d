import { useRef, useState } from 'react';
import type { Journey } from '#contract/journey.ts';
import { plural } from '../../parts/number.ts';
import { said } from '../../parts/notify.ts';
import type { Names } from '../named.ts';
import { sayCard } from '../read-journey.ts';
import type { Dragged } from '../canvas-acts.ts';
import { newEntry, newStep, type StepChoice, stepChoices, type Usual } from './choices.ts';
import { type Clip, copy, paste, readClip, writeClip } from './clip.ts';
import { addEntry, insert, moveTo, remove } from './moves.ts';
import { branchFrom, nextAt, type Spot, spotsOf, stepOf } from './ways.ts';

/** Which steps are chosen; the last one is where the keyboard is. */
interface Choosing {
  current: string | undefined;
  chosen: ReadonlySet<string>;
}
export const none: Choosing = { current: undefined, chosen: new Set() };
const only = (key: string): Choosing => ({ current: key, chosen: new Set([key]) });

const shelf = 'throughline steps';
/** What was copied last, for wherever the clipboard cannot be read. */
export const shelved = (): Clip | null => readClip(localStorage.getItem(shelf) ?? '');

/** What can be done with the steps of a journey, each as one step of undo that says what it did. */
export function useCommands(
  journey: Journey,
  edit: (journey: Journey, did: string) => void,
  {
    names,
    usual,
    first,
    onReach,
  }: { names: Names; usual: Usual; first: string | undefined; onReach: (key: string, open: boolean) => void },
) {
  const [choosing, setChoosing] = useState<Choosing>(() => (first === undefined ? none : only(first)));
  const now = useRef({ journey, choosing });
  now.current = { journey, choosing };
  const sayOf = (key: string): string => {
    const step = stepOf(journey, key);
    const words = step ? sayCard(step, names) : key;
    return `“${words.length > 48 ? `${words.slice(0, 48)}…` : words}”`;
  };
  const sayKeys = (keys: readonly string[]): string => (keys.length === 1 ? sayOf(keys[0]!) : plural(keys.length, 'step'));
  const chosenNow = (): Set<string> => {
    const { chosen, current } = now.current.choosing;
    const keys = chosen.size > 0 ? chosen : new Set(current === undefined ? [] : [current]);
    return new Set([...keys].filter((key) => stepOf(journey, key)));
  };
  const reach = (key: string, open = false): void => {
    setChoosing(only(key));
    onReach(key, open);
  };
  const insertAt = (spot: Spot, choice: StepChoice): void => {
    const step = newStep(journey, choice, usual);
    edit(insert(journey, spot, step), `insert “${sayCard(step, names)}”`);
    reach(step.key, true);
  };
  const pasteAt = (spot: Spot, clip: Clip, did = 'paste'): void => {
    const { journey: next, keys } = paste(journey, spot, clip);
    if (keys.length === 0) return void said('There is nothing to paste: an entry stays where it is.');
    edit(next, `${did} ${keys.length === 1 ? `“${sayCard(stepOf(next, keys[0]!)!, names)}”` : plural(keys.length, 'step')}`);
    onReach(keys[0]!, false);
    setChoosing({ current: keys[0], chosen: new Set(keys) });
  };
  /** Where what is pasted after a step stands: on its first way. */
  const spotAfter = (key: string | undefined): Spot | undefined => {
    const step = stepOf(journey, key);
    return step ? spotsOf(step)[0] : undefined;
  };
  const removeKeys = (keys: ReadonlySet<string>): void => {
    if (keys.size === 0) return;
    if (keys.size >= journey.steps.length) return void said('A journey has at least one step.');
    const { journey: next, gone } = remove(journey, keys);
    const more = gone.length - keys.size;
    edit(next, `remove ${sayKeys([...keys])}${more > 0 ? ` and ${plural(more, 'step')} that nothing else led to` : ''}`);
    const before = journey.steps.find(
      (step) =>
        !gone.includes(step.key) && spotsOf(step).length > 0 && spotsOf(step).some((spot) => gone.includes(nextAt(journey, spot) ?? '')),
    );
    if (before) reach(before.key);
    else setChoosing(none);
    said(`Removed ${sayKeys([...keys])}${more > 0 ? ` and ${plural(more, 'step')} that nothing else led to` : ''}.`);
  };
  const copied = (): Clip | null => {
    const clip = copy(journey, chosenNow());
    if (clip.steps.length === 0) return null;
    localStorage.setItem(shelf, writeClip(clip));
    said(`Copied ${sayKeys(clip.steps.map((step) => step.key))}. Paste it on a way, here or in another journey.`);
    return clip;
  };
  const duplicate = (keys: ReadonlySet<string>): void => {
    const last = journey.steps.filter((step) => keys.has(step.key)).at(-1)?.key;
    const spot = spotAfter(last);
    if (spot) pasteAt(spot, copy(journey, keys), 'duplicate');
    else said('Nothing can follow a step that ends the run. Copy it, and paste it on a way.');
  };
  const choose = (key: string, more: boolean): void =>
    setChoosing(({ chosen, current }) => {
      if (!more) return only(key);
      const before = new Set(chosen.size === 0 && current !== undefined ? [current] : chosen);
      if (before.has(key) && key !== current && before.size > 1) before.delete(key);
      else before.add(key);
      return { current: key, chosen: before };
    });
  return {
    choosing,
    setChoosing,
    choose,
    chosenNow,
    insertAt,
    pasteAt,
    spotAfter,
    copied,
    removeKeys,
    removeChosen: () => removeKeys(chosenNow()),
    cut: (): Clip | null => {
      const clip = copied();
      if (clip) removeKeys(chosenNow());
      return clip;
    },
    duplicateChosen: () => duplicate(chosenNow()),
    duplicateBranch: (key: string) => duplicate(new Set(branchFrom(journey, key))),
    chooseBranch: (key: string) => setChoosing({ current: key, chosen: new Set(branchFrom(journey, key)) }),
    chooseAll: () => setChoosing({ current: now.current.choosing.current, chosen: new Set(journey.steps.map((step) => step.key)) }),
    drop: (spot: Spot, dragged: Dragged): void => {
      if ('step' in dragged) {
        edit(moveTo(journey, dragged.step, spot), `move ${sayOf(dragged.step)}`);
        reach(dragged.step);
      } else insertAt(spot, stepChoices.find((each) => each.id === dragged.choice)!);
    },
    addEntry: () => {
      const entry = newEntry(journey, usual);
      edit(addEntry(journey, entry), 'add an entry');
      reach(entry.key, true);
    },
  };
}
export type Commands = ReturnType<typeof useCommands>;
