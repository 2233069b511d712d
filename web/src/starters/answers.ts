import { useCallback, useState } from 'react';
import type { Chosen, NameKind, StarterAnswers, StarterSource } from '#contract/starter.ts';
import { type Assumed, choicesOf, type Here } from '#engine/journey/starter.ts';
import { workspaceOfAddress } from '../api.ts';

/** Moves of answers: answers come in, answers go out. */

export const noAnswers: StarterAnswers = {
  names: {},
  mails: null,
  audience: null,
  expects: '',
  motion: null,
  appointment: '',
  goal: { event: '', within: null },
  waits: {},
  owner: '',
  folder: '',
  key: '',
  name: '',
};

export function choose(answers: StarterAnswers, kind: NameKind, name: string, chosen: Chosen | null): StarterAnswers {
  const { [name]: _before, ...others } = answers.names[kind] ?? {};
  return { ...answers, names: { ...answers.names, [kind]: chosen === null ? others : { ...others, [name]: chosen } } };
}
export const chosenFor = (answers: StarterAnswers, { kind, name }: Assumed): Chosen | undefined => answers.names[kind]?.[name];

/** What is called the same here, of what is not answered: an event goes by the same name anywhere. */
export const sameName = (assumed: Assumed, here: Here): Chosen | null =>
  assumed.kind === 'event' || choicesOf(assumed, here).some(({ name }) => name === assumed.name) ? { take: assumed.name } : null;
/** What can be made here, of what is not answered and has nothing of the same name. */
export const madeHere = (assumed: Assumed, here: Here): Chosen | null =>
  assumed.canMake && sameName(assumed, here) === null ? { make: true } : null;

export function answerAll(
  answers: StarterAnswers,
  names: readonly Assumed[],
  here: Here,
  by: (assumed: Assumed, here: Here) => Chosen | null,
): StarterAnswers {
  return names.reduce((now, assumed) => {
    const chosen = chosenFor(now, assumed) === undefined ? by(assumed, here) : null;
    return chosen === null ? now : choose(now, assumed.kind, assumed.name, chosen);
  }, answers);
}

// What was answered is kept in this tab until the draft is made, so that nobody answers twice who looked something up.

const place = (what: string): string => `throughline-starter:${workspaceOfAddress()}:${what}`;
const read = (what: string): string | null => sessionStorage.getItem(place(what));
const fileAt = 'file-text';

export const idOf = ({ from, key }: { from: string; key: string }): string => `${from}/${key}`;
export const keepFile = (text: string): void => {
  sessionStorage.setItem(place(fileAt), text);
  sessionStorage.removeItem(place(idOf({ from: 'file', key: '' })));
};
/** The source that the address names; null when it is a file that this tab does not have any more. */
export function sourceOf(from: string | undefined, key: string): StarterSource | null {
  if (from === 'shipped' || from === 'workspace') return { from, key };
  const text = read(fileAt);
  return text === null ? null : { from: 'file', text };
}

export function useAnswers(id: string): [StarterAnswers, (change: (now: StarterAnswers) => StarterAnswers) => void, () => void] {
  const [answers, setAnswers] = useState<StarterAnswers>(() => {
    const kept = read(id);
    return kept === null ? noAnswers : { ...noAnswers, ...(JSON.parse(kept) as StarterAnswers) };
  });
  const change = useCallback(
    (by: (now: StarterAnswers) => StarterAnswers) =>
      setAnswers((now) => {
        const next = by(now);
        sessionStorage.setItem(place(id), JSON.stringify(next));
        return next;
      }),
    [id],
  );
  const forget = useCallback(() => sessionStorage.removeItem(place(id)), [id]);
  return [answers, change, forget];
}
