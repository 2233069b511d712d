import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowDown,
  IconArrowForwardUp,
  IconArrowUp,
  IconBrackets,
  IconBracketsOff,
  IconContrast2,
  IconCopy,
  IconDots,
  IconTrash,
} from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Mistake } from '#contract/problems.ts';
import type { Vocabulary } from '#contract/routes/rules.ts';
import type { ConditionKind, Rule } from '#contract/rule.ts';
import { sizeMistakes } from '#engine/rule/rule.ts';
import { sayRule } from '#engine/rule/say.ts';
import { isStillAt } from '../parts/focus-back.ts';
import { begin, type History, push, redo, undo } from '../parts/history.ts';
import { plural } from '../parts/number.ts';
import { AddCondition } from './add-condition.tsx';
import { Chooser } from './chooser.tsx';
import { kindEditors } from './conditions/index.ts';
import type { KindEditor } from './conditions/kind.ts';
import { type Draft, groupOf, type Group, kindOf, leafOf, type Mode, open, placeOf } from './draft.ts';
import { finished, lackOf, lacksOf } from './lacks.ts';
import { duplicate, insert, moveDown, moveUp, negate, partAt, type Path, remove, replace, setMode, unwrap, wrap } from './moves.ts';
import css from './rule-editor.module.css';
import { WordsContext } from './vocabulary.ts';

interface RuleEditorProps {
  /** What it begins with; another rule from outside begins anew. */
  rule: Rule | null;
  /** Called with every edit: the rule, or null as long as a condition is not finished. */
  onChange: (rule: Rule | null) => void;
  vocabulary: Vocabulary;
  /** Whether it is a rule of a journey, which may look back to where the journey began (false). */
  journey?: boolean;
  /** Whom the sentence is about ("People for whom"). */
  lead?: string;
  /** What the server found wrong with the rule that it was sent; each stands at its place. */
  mistakes?: readonly Mistake[];
}

/** What can be done to a rule from any of its rows. */
interface Edit {
  apply: (draft: Draft, did: string, focus?: Path) => void;
  draft: Draft;
  mistakes: Map<string, string[]>;
  vocabulary: Vocabulary;
}

/** Edits of a rule are never run together: each is chosen, none is typed letter by letter. */
const aStepOfItsOwn = Number.POSITIVE_INFINITY;
const idOf = (path: Path): string => path.join('.');
const pathOf = (id: string): Path => (id === '' ? [] : id.split('.').map(Number));

/** The row of a part, else of the one before it, else of its group: a part may be gone. */
function rowNear(root: HTMLElement, path: Path): HTMLElement | null {
  const row = root.querySelector<HTMLElement>(`[data-row][data-path="${idOf(path)}"]`);
  if (row || path.length === 0) return row;
  const index = path.at(-1)!;
  return rowNear(root, index > 0 ? [...path.slice(0, -1), index - 1] : path.slice(0, -1));
}

/** What is to be filled in that row, else its first word. */
function chipNear(root: HTMLElement, path: Path): HTMLElement | null {
  const row = rowNear(root, path);
  return row?.querySelector<HTMLElement>('[data-unset]') ?? row?.querySelector<HTMLElement>('[data-chip]') ?? null;
}

/** A rule as a sentence whose words open. The same for segments, scores, stages and journeys. */
export function RuleEditor({ rule, onChange, vocabulary, journey = false, lead = 'People for whom', mistakes = [] }: RuleEditorProps) {
  const [history, setHistory] = useState<History<Draft>>(() => begin(open(rule)));
  const given = JSON.stringify(rule);
  const handed = useRef(given);
  const root = useRef<HTMLDivElement>(null);
  const focusOn = useRef<{ path: Path; open: boolean } | null>(null);
  /** Where the keyboard was last; null when it is elsewhere on the page. */
  const wasAt = useRef<Path | null>(null);
  /** Whether a key of the rule is being acted on, and whether the last edit came of one. */
  const keyed = useRef({ now: false, last: false });

  // biome-ignore lint/correctness/useExhaustiveDependencies: a rule that we handed out comes back, and is not new
  useEffect(() => {
    if (given === handed.current) return;
    handed.current = given;
    setHistory(begin(open(rule)));
  }, [given]);

  const go = (next: History<Draft>): void => {
    if (next === history) return;
    keyed.current.last = keyed.current.now;
    setHistory(next);
    const written = finished(next.now);
    handed.current = JSON.stringify(written);
    onChange(written);
  };
  const edit: Edit = {
    draft: history.now,
    vocabulary,
    mistakes: useMemo(() => {
      const places = new Map<string, string[]>();
      const sent = finished(history.now);
      if (sent)
        for (const mistake of mistakes) {
          const id = idOf(placeOf(mistake, sent));
          places.set(id, [...(places.get(id) ?? []), mistake.message]);
        }
      return places;
    }, [mistakes, history.now]),
    apply(draft, did, focus) {
      if (draft === history.now) return;
      if (focus) focusOn.current = { path: focus, open: did.startsWith('add') };
      go(push(history, draft, did, aStepOfItsOwn));
    },
  };

  // A key may take away what had the keyboard; it is brought on before the next key, which would be lost.
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each edit
  useLayoutEffect(() => {
    if (!keyed.current.last || !root.current || wasAt.current === null || document.activeElement !== document.body) return;
    chipNear(root.current, focusOn.current?.path ?? wasAt.current)?.focus();
  }, [history.now]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each edit the keyboard is where the edit was
  useEffect(() => {
    const wanted = focusOn.current;
    focusOn.current = null;
    const from = document.activeElement;
    const timer = requestAnimationFrame(() => {
      if (!isStillAt(from)) return;
      const lost = document.activeElement === document.body && wasAt.current !== null;
      if (!root.current || (!wanted && !lost)) return;
      const chip = chipNear(root.current, wanted?.path ?? wasAt.current!);
      chip?.focus();
      if (wanted?.open && chip?.hasAttribute('data-unset')) chip.click();
    });
    return () => cancelAnimationFrame(timer);
  }, [history.now]);

  const press = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    if (!root.current?.contains(target) || event.defaultPrevented || /^(INPUT|TEXTAREA)$/.test(target.tagName)) return;
    const back = { undo: () => go(undo(history)), redo: () => go(redo(history)) };
    keyed.current.now = true;
    const acted = actOnKey(event, target, root.current, edit, back);
    keyed.current.now = false;
    if (!acted) return;
    event.preventDefault();
    event.stopPropagation(); // the page around may undo by the same keys
  };

  const group = groupOf(history.now)!;
  const lacks = lacksOf(history.now);
  const written = lacks.length === 0 ? finished(history.now) : null;
  const tooMuch = written ? sizeMistakes(written) : [];
  const nowhere = edit.mistakes.get('') ?? [];
  return (
    <WordsContext.Provider value={useMemo(() => ({ vocabulary, journey }), [vocabulary, journey])}>
      <div
        ref={root}
        className={css.editor}
        onKeyDown={press}
        role="group"
        aria-label="Rule"
        onFocus={({ target }) => {
          const id = target.closest<HTMLElement>('[data-row]')?.dataset.path;
          if (id !== undefined) wasAt.current = pathOf(id.replace('+', ''));
          else wasAt.current ??= [];
        }}
        onBlur={({ relatedTarget, currentTarget }) => {
          if (relatedTarget && !currentTarget.contains(relatedTarget)) wasAt.current = null;
        }}
      >
        <div className={css.tools}>
          <ActionIcon
            disabled={history.past.length === 0}
            onClick={() => go(undo(history))}
            aria-label={history.past.length === 0 ? 'Undo' : `Undo: ${history.past.at(-1)!.did}`}
            data-tip={history.past.length === 0 ? undefined : `Undo: ${history.past.at(-1)!.did}`}
            data-keys="Ctrl Z"
          >
            <IconArrowBackUp size={16} />
          </ActionIcon>
          <ActionIcon
            disabled={history.future.length === 0}
            onClick={() => go(redo(history))}
            aria-label={history.future.length === 0 ? 'Redo' : `Redo: ${history.future[0]!.did}`}
            data-tip={history.future.length === 0 ? undefined : `Redo: ${history.future[0]!.did}`}
            data-keys="Ctrl Shift Z"
          >
            <IconArrowForwardUp size={16} />
          </ActionIcon>
        </div>
        <GroupRows group={group} path={[]} edit={edit} lead={lead} />
        {((lacks.length > 0 && group.parts.length > 0) || tooMuch.length > 0 || nowhere.length > 0) && (
          <div className={css.state} role="status">
            {lacks.length > 0 && (
              <p>
                {plural(lacks.length, 'condition is', 'conditions are')} not finished: {lacks[0]} Until then the rule is neither counted nor
                saved.
              </p>
            )}
            {tooMuch.map((each) => (
              <p key={each}>The rule {each}.</p>
            ))}
            {nowhere.map((each) => (
              <p key={each}>{each}</p>
            ))}
          </div>
        )}
        <p className={css.keys}>
          <kbd>←</kbd> <kbd>→</kbd> <kbd>↑</kbd> <kbd>↓</kbd> move, <kbd>Enter</kbd> opens, <kbd>a</kbd> adds, <kbd>Delete</kbd> removes,{' '}
          <kbd>Ctrl</kbd> <kbd>Z</kbd> undoes
        </p>
      </div>
    </WordsContext.Provider>
  );
}

const modeWords: Record<Mode, string> = { all: 'all', any: 'any', none: 'none', 'not-all': 'not all' };
const modeAbout: Record<Mode, string> = {
  all: 'every one of them',
  any: 'one of them is enough',
  none: 'not a single one',
  'not-all': 'at least one does not',
};
const joins: Record<Mode, string> = { all: 'and', any: 'or', none: 'or', 'not-all': 'and' };

/** A group: how its parts are held together, its parts, and what can be added. */
function GroupRows({ group, path, edit, lead }: { group: Group; path: Path; edit: Edit; lead?: string }) {
  const { mode, parts } = group;
  const id = idOf(path);
  const modes = (Object.keys(modeWords) as Mode[]).filter((each) => each !== 'not-all' || mode === 'not-all');
  return (
    <div role="group" aria-label={`${modeWords[mode]} of ${plural(parts.length, 'condition')}`}>
      <div className={css.row} data-row data-path={id} data-head>
        <div className={css.sentence}>
          <span className={css.word}>{lead ?? ''}</span>
          <Chooser
            label="How many must hold"
            text={modeWords[mode]}
            choices={modes.map((value) => ({ value, label: modeWords[value], note: modeAbout[value] }))}
            onPick={(next) => edit.apply(setMode(edit.draft, path, next), `say “${modeWords[next]}”`)}
          />
          <span className={css.word}>{mode === 'any' ? 'of these holds:' : 'of these hold:'}</span>
          <Mistakes path={path} edit={edit} skip={path.length === 0} />
        </div>
        {path.length > 0 && <RowMenu path={path} edit={edit} group title="this group" />}
      </div>
      <ul className={css.parts}>
        {parts.map((part, index) => {
          const own = [...path, index];
          const inner = groupOf(part);
          return (
            <li key={index} className={css.part}>
              <span className={css.join} aria-hidden={index === 0}>
                {index === 0 ? '' : joins[mode]}
              </span>
              {inner ? (
                <GroupRows group={inner} path={own} edit={edit} />
              ) : (
                <ConditionRow part={part} path={own} edit={edit} of={parts.length} />
              )}
            </li>
          );
        })}
      </ul>
      <div className={css.adds} data-row data-path={`${id}+`}>
        <AddCondition
          group={id}
          onAdd={(condition) =>
            edit.apply(insert(edit.draft, path, parts.length, condition), `add ${titleOf(condition, edit.vocabulary)}`, [
              ...path,
              parts.length,
            ])
          }
        />
        {parts.length > 0 && (
          <button
            type="button"
            className={css.add}
            data-add-group={id}
            data-tip="Conditions of which any, or none, must hold"
            data-keys="g"
            onClick={() => {
              const next: Mode = mode === 'all' ? 'any' : 'all';
              edit.apply(insert(edit.draft, path, parts.length, next === 'any' ? { any: [] } : { all: [] }), 'add a group', [
                ...path,
                parts.length,
              ]);
            }}
          >
            Add a group
          </button>
        )}
      </div>
    </div>
  );
}

function titleOf(part: Draft, vocabulary: Vocabulary): string {
  if (groupOf(part)) return 'a group';
  const { kind, test } = kindOf(leafOf(part).condition);
  return (kindEditors[kind] as KindEditor<ConditionKind>).title(test as never, vocabulary);
}

/** One condition, as a sentence of chips. */
function ConditionRow({ part, path, edit, of }: { part: Draft; path: Path; edit: Edit; of: number }) {
  const { negated, condition } = leafOf(part);
  const { kind, test } = kindOf(condition);
  const editor = kindEditors[kind] as KindEditor<ConditionKind>;
  const { Chips, lead } = editor as {
    Chips: (props: { test: never; onChange: (part: object, did: string) => void }) => ReactNode;
    lead: readonly [string, string];
  };
  const lack = lackOf(condition);
  const title = editor.title(test as never, edit.vocabulary);
  const says = lack === null ? sayRule(part as Rule) : `${title}. Not finished: ${lack}`;
  const change = (changed: object, did: string): void => {
    const next = { [kind]: { ...test, ...changed } } as Draft;
    edit.apply(replace(edit.draft, path, negated ? { not: next } : next), did);
  };
  const leadWords = negated ? lead[1] : lead[0];
  return (
    <div
      className={css.row}
      role="group"
      aria-label={`Condition ${path.at(-1)! + 1} of ${of}: ${says}`}
      data-row
      data-path={idOf(path)}
      data-unfinished={lack !== null || undefined}
    >
      <div className={css.sentence}>
        {leadWords !== '' && (
          <Chooser
            quiet
            label="So or not so"
            text={leadWords}
            choices={[
              { value: false, label: lead[0] || 'it is so that' },
              { value: true, label: lead[1] },
            ]}
            onPick={(not) => not !== negated && edit.apply(negate(edit.draft, path), 'turn it into its opposite')}
          />
        )}
        <Chips test={test as never} onChange={change} />
        <Mistakes path={path} edit={edit} />
      </div>
      <RowMenu path={path} edit={edit} title={title} />
    </div>
  );
}

function Mistakes({ path, edit, skip = false }: { path: Path; edit: Edit; skip?: boolean }) {
  const found = skip ? undefined : edit.mistakes.get(idOf(path));
  return found?.map((each) => (
    <p key={each} className={css.mistake} role="alert">
      {each}
    </p>
  ));
}

/** Everything that can be done to a row, each under its key. */
const actions = {
  duplicate: { label: 'Duplicate', keys: 'd', icon: IconCopy },
  wrap: { label: 'Put into a group', keys: 'w', icon: IconBrackets },
  unwrap: { label: 'Dissolve the group', keys: 'u', icon: IconBracketsOff },
  negate: { label: 'Turn into its opposite', keys: 'n', icon: IconContrast2 },
  up: { label: 'Move up', keys: 'Alt ↑', icon: IconArrowUp },
  down: { label: 'Move down', keys: 'Alt ↓', icon: IconArrowDown },
  remove: { label: 'Remove', keys: 'Del', icon: IconTrash },
} as const;
type Action = keyof typeof actions;

function act(action: Action, path: Path, { draft, apply, vocabulary }: Edit): void {
  const part = partAt(draft, path);
  if (!part || path.length === 0) return;
  const title = titleOf(part, vocabulary);
  const moved = { duplicate, wrap, unwrap, up: moveUp, down: moveDown };
  if (action === 'remove') {
    const next = remove(draft, path);
    const index = path.at(-1)!;
    const left = groupOf(partAt(next, path.slice(0, -1)) ?? next)?.parts.length ?? 0;
    const focus = left === 0 ? [] : [...path.slice(0, -1), Math.min(index, left - 1)];
    apply(next, `remove ${title}`, focus);
  } else if (action === 'negate') apply(negate(draft, path), 'turn it into its opposite', path);
  else {
    const result = moved[action](draft, path);
    apply(
      result.draft,
      `${action === 'up' || action === 'down' ? `move ${title}` : action === 'duplicate' ? `duplicate ${title}` : action === 'wrap' ? 'put it into a group' : 'dissolve the group'}`,
      result.path,
    );
  }
}

function RowMenu({ path, edit, title, group = false }: { path: Path; edit: Edit; title: string; group?: boolean }) {
  return (
    <Menu width={220} position="bottom-end" returnFocus={false}>
      <Menu.Target>
        <ActionIcon className={css.menu} size={26} aria-label={`More about ${title}`}>
          <IconDots size={15} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.keys(actions) as Action[])
          .filter((action) => action !== 'unwrap' || group)
          .map((action) => {
            const { label, keys, icon: Icon } = actions[action];
            return (
              <Menu.Item
                key={action}
                leftSection={<Icon size={15} />}
                rightSection={<kbd className="faint">{keys}</kbd>}
                onClick={() => act(action, path, edit)}
              >
                {label}
              </Menu.Item>
            );
          })}
      </Menu.Dropdown>
    </Menu>
  );
}

const byKey: Record<string, Action> = { d: 'duplicate', w: 'wrap', u: 'unwrap', n: 'negate', Delete: 'remove', Backspace: 'remove' };

/** The keyboard alone. Whether the key was one of ours. */
function actOnKey(
  event: KeyboardEvent,
  target: HTMLElement,
  root: HTMLElement,
  edit: Edit,
  back: { undo: () => void; redo: () => void },
): boolean {
  const { key } = event;
  if (event.ctrlKey || event.metaKey) {
    if (event.altKey || !/^[zy]$/i.test(key)) return false;
    if (key.toLowerCase() === 'y' || event.shiftKey) back.redo();
    else back.undo();
    return true;
  }
  const row = target.closest<HTMLElement>('[data-row]');
  if (!row) return false;
  const id = row.dataset.path!;
  const own = pathOf(id.replace('+', ''));
  const inGroup = id.endsWith('+') || row.hasAttribute('data-head') ? own : own.slice(0, -1);
  if (event.altKey) {
    if (key !== 'ArrowUp' && key !== 'ArrowDown') return false;
    if (!id.endsWith('+')) act(key === 'ArrowUp' ? 'up' : 'down', own, edit);
    return true;
  }
  if (event.shiftKey) return false;
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const stops = [...row.querySelectorAll<HTMLElement>('button')];
    stops[stops.indexOf(target.closest('button')!) + (key === 'ArrowRight' ? 1 : -1)]?.focus();
    return true;
  }
  if (key === 'ArrowUp' || key === 'ArrowDown') {
    const rows = [...root.querySelectorAll<HTMLElement>('[data-row]')];
    rows[rows.indexOf(row) + (key === 'ArrowDown' ? 1 : -1)]?.querySelector('button')?.focus();
    return true;
  }
  if (key === 'a') root.querySelector<HTMLElement>(`[data-add="${idOf(inGroup)}"] button`)?.click();
  else if (key === 'g') root.querySelector<HTMLElement>(`[data-add-group="${idOf(inGroup)}"]`)?.click();
  else if (byKey[key] && !id.endsWith('+')) {
    const action = byKey[key];
    if (action !== 'unwrap' || row.hasAttribute('data-head')) act(action, own, edit);
  } else return false;
  return true;
}
