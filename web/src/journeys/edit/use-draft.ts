import { useEffect, useMemo, useRef, useState } from 'react';
import type { Mistake } from '#contract/problems.ts';
import { call, ProblemError, type Reply } from '../../api.ts';
import { begin, type History, push } from '../../parts/history.ts';
import { keyOf, queryClient, renew } from '../../query.ts';

/**
 * A draft on the screen, and what the server has of it: saved (both say the same), waiting (somebody edits), saving, failed (tried again by
 * itself while the server is away, else with the next edit).
 */
type SaveState = 'saved' | 'waiting' | 'saving' | 'failed';

/** [ms] So long nobody edits before it is saved, and so long until the next try. */
const pause = 700;
const again = 5_000;

interface Kept {
  text: string;
  at: string;
  /** What keeps it from being published, as the server says. */
  mistakes: readonly Mistake[];
}

/** How a kind of draft is read from what the server has; and a text that is the same for the same draft. */
export interface Reading<T> {
  read: (body: unknown) => T | null;
  text: (value: T | null) => string;
}

export function useDraft<T>(definition: Reply<'getDefinition'>, first: T, { read, text: textOf }: Reading<T>) {
  const { kind, key } = definition;
  const params = useMemo(() => ({ kind, key }), [kind, key]);
  const [history, setHistory] = useState<History<T>>(() => begin(first));
  const [kept, setKept] = useState<Kept>(() => ({ text: textOf(first), at: definition.updatedAt, mistakes: definition.mistakes }));
  const [saving, setSaving] = useState(false);
  const [failed, setFailed] = useState<{ text: string; problem: ProblemError } | null>(null);
  const { now } = history;
  const text = useMemo(() => textOf(now), [now, textOf]);
  const theirs = useMemo(() => read(definition.draft), [definition.draft, read]);
  const isSaved = text === kept.text;
  const moved = !saving && definition.updatedAt > kept.at && textOf(theirs) !== kept.text;

  const latest = useRef({ now, kept });
  latest.current = { now, kept };
  const running = useRef<Promise<boolean> | null>(null);
  const send = async (): Promise<boolean> => {
    const sent = latest.current.now;
    setSaving(true);
    try {
      const reply = await call('putDefinition', { params, body: { body: sent } });
      const has = { text: textOf(sent), at: reply.updatedAt, mistakes: reply.mistakes };
      latest.current.kept = has;
      setKept(has);
      setFailed(null);
      queryClient.setQueryData(keyOf('getDefinition', { params }), reply);
      void renew(queryClient, ['listDefinitions', 'listJourneys']);
      return true;
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setFailed({ text: textOf(sent), problem: error });
      return false;
    } finally {
      running.current = null;
      setSaving(false);
    }
  };
  /** Saves what is not saved; whether the server has everything now. */
  const save = async (): Promise<boolean> => {
    if (running.current) await running.current;
    if (textOf(latest.current.now) === latest.current.kept.text) return true;
    running.current ??= send();
    return running.current;
  };
  const saveLater = useRef(save);
  saveLater.current = save;

  const refused = failed !== null && failed.text === text && failed.problem.status >= 400 && failed.problem.status < 500;
  const waits = failed === null ? pause : again;
  // biome-ignore lint/correctness/useExhaustiveDependencies: every edit begins the pause anew
  useEffect(() => {
    if (isSaved || saving || moved || refused) return;
    const timer = setTimeout(() => void saveLater.current(), waits);
    return () => clearTimeout(timer);
  }, [text, isSaved, saving, moved, refused, waits]);
  useEffect(() => () => void saveLater.current(), []);

  const take = (): void => {
    if (!theirs) return;
    setHistory((before) => push(before, theirs, 'take over what was changed elsewhere', Date.now()));
    setKept({ text: textOf(theirs), at: definition.updatedAt, mistakes: definition.mistakes });
  };
  const keep = (): void => setKept({ ...kept, at: definition.updatedAt });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was changed elsewhere is taken over when there is nothing to lose
  useEffect(() => {
    if (moved && isSaved) take();
    else if (isSaved && definition.updatedAt >= kept.at) setKept({ ...kept, at: definition.updatedAt, mistakes: definition.mistakes });
  }, [moved, isSaved, definition]);

  const state: SaveState = isSaved ? 'saved' : saving ? 'saving' : failed ? 'failed' : 'waiting';
  return {
    now,
    history,
    setHistory,
    edit: (value: T, did: string): void => setHistory((before) => (value === before.now ? before : push(before, value, did, Date.now()))),
    state,
    problem: isSaved ? null : (failed?.problem ?? null),
    mistakes: isSaved ? kept.mistakes : [],
    save,
    /** Somebody else changed the draft while there were edits here: theirs, or ours. */
    clash: moved && !isSaved ? { take, keep } : null,
  };
}
export type DraftHandle<T> = ReturnType<typeof useDraft<T>>;
