import { ActionIcon, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue, useHotkeys } from '@mantine/hooks';
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { sayRule } from '#engine/rule/say.ts';
import { sayMatch } from '#engine/rule/words.ts';
import type { Rule } from '#contract/rule.ts';
import type { ProblemError } from '../api.ts';
import { type History, redo, undo } from '../parts/history.ts';
import { plural } from '../parts/number.ts';
import { Section } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { AddRow } from '../parts/row-buttons.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { RuleEditor } from '../rules/rule-editor.tsx';
import { useRoute, useTrial } from '../query.ts';
import css from './edit-score.module.css';
import { LineCard } from './line-card.tsx';
import { CommonFields, groupNote, SignalFields } from './line-fields.tsx';
import { sayDecay } from './say-score.ts';
import {
  add,
  atItsPlace,
  change,
  copy,
  countable,
  type Draft,
  lacks,
  type ListName,
  type Mistake,
  newPoints,
  newSignal,
  remove,
} from './score-body.ts';
import { ScoreLimits } from './score-limits.tsx';
import { ScorePreview } from './score-preview.tsx';
import { useEverybody } from './use-everybody.ts';

/** [ms] So long nobody writes before everybody is counted again. */
const pause = 350;

interface EditScoreProps {
  scoreKey: string;
  published: Draft | null;
  history: History<Draft>;
  onHistory: (history: History<Draft>) => void;
  onEdit: (body: Draft, did: string) => void;
  onSave: () => void;
  /** What refused the last save. */
  problem: ProblemError | null;
  /** What keeps the saved draft from being published. */
  serverMistakes: readonly Mistake[];
}

/** A rule in words; what is still being written has none. */
function sayRuleOrNothing(rule: Rule | null): string {
  try {
    return rule === null ? '' : sayRule(rule);
  } catch {
    return '';
  }
}

/** The lines of a score, its groups and thresholds, and beside them what everybody would have. */
export function EditScore({ scoreKey, published, history, onHistory, onEdit, onSave, problem, serverMistakes }: EditScoreProps) {
  const body = history.now;
  const vocabulary = useRoute('getVocabulary', undefined, { staleTime: 60_000 });
  const [open, setOpen] = useState<ReadonlySet<string>>(
    () => new Set(body.points.length + body.signals.length === 1 ? ['points.0', 'signals.0'] : []),
  );
  const [settled] = useDebouncedValue(body, pause);
  const asked = useMemo(() => countable(settled), [settled]);
  const preview = useTrial('previewScore', asked === null ? null : { body: { key: scoreKey, body: asked.body } });
  const answer = preview.data;
  const [counted, setCounted] = useState(answer);
  if (answer && answer.mistakes.length === 0 && answer !== counted) setCounted(answer); // what has a mistake is not counted: the answer before stays
  const isCounting = preview.isFetching || settled !== body;
  const isCounted = asked !== null && answer !== undefined && answer === counted && !preview.isPlaceholderData;
  const everybody = useEverybody(counted, isCounted ? { key: scoreKey, body: asked.body } : null);
  const missing = useMemo(() => lacks(body), [body]);
  const refused = preview.isPlaceholderData || asked === null ? [] : [...(answer?.mistakes ?? []), ...(preview.error?.mistakes ?? [])];
  const found = asked === null ? [] : refused.map((mistake) => atItsPlace(mistake, asked.places));
  const mistakes = unique([...missing, ...found, ...serverMistakes.filter((one) => !missing.some((own) => one.path.startsWith(own.path)))]);
  const messageAt = (path: string): string | undefined => mistakes.find((one) => one.path === path)?.message;
  const within = (path: string): number => mistakes.filter((one) => one.path === path || one.path.startsWith(`${path}.`)).length;

  const back = (): void => onHistory(undo(history));
  const forth = (): void => onHistory(redo(history));
  useHotkeys(
    [
      ['mod+S', onSave],
      ['mod+Z', unlessTaken(back), ownDefault],
      ['mod+shift+Z', unlessTaken(forth), ownDefault],
      ['mod+Y', unlessTaken(forth), ownDefault],
    ],
    [],
  );
  const [fresh, setFresh] = useState<string | null>(null);
  useEffect(() => {
    if (fresh === null) return;
    document.querySelector<HTMLElement>(`[data-line="${fresh}"] input`)?.focus();
    setFresh(null);
  }, [fresh]);

  const toggle = (id: string, on: boolean): void => {
    const next = new Set(open);
    next.delete(id);
    if (on) next.add(id);
    setOpen(next);
  };
  const addLine = (list: 'points' | 'signals'): void => {
    const id = `${list}.${body[list].length}`;
    onEdit(list === 'points' ? add(body, 'points', newPoints()) : add(body, 'signals', newSignal(body.about)), 'add a line');
    toggle(id, true);
    setFresh(id);
  };
  /** Lines behind the one that goes or comes keep being open. */
  const shift = (list: ListName, index: number, by: 1 | -1): void =>
    setOpen(
      new Set(
        [...open].flatMap((id) => {
          const [of, at] = id.split('.') as [ListName, string];
          if (of !== list || Number(at) < index || (by === 1 && Number(at) === index)) return [id];
          return by === -1 && Number(at) === index ? [] : [`${list}.${Number(at) + by}`];
        }),
      ),
    );
  const lineProps = (list: 'points' | 'signals', index: number) => ({
    open: open.has(`${list}.${index}`),
    onOpen: (on: boolean) => toggle(`${list}.${index}`, on),
    mistakes: within(`${list}.${index}`),
    onCopy: () => {
      shift(list, index, 1);
      onEdit(copy(body, list, index), `copy ${body[list][index]!.because || 'a line'}`);
    },
    onRemove: () => {
      shift(list, index, -1);
      onEdit(remove(body, list, index), `remove ${body[list][index]!.because || 'a line'}`);
    },
  });
  const ofTheWhole = mistakes.filter((one) => !/^(name|meaning|min|max|(points|signals|groups|thresholds)\.\d+)/.test(one.path));
  return (
    <div className={css.edit}>
      <div className={css.form}>
        <div className={css.tools}>
          <Step name="Undo" keys="Ctrl Z" did={history.past.at(-1)?.did} onClick={back}>
            <IconArrowBackUp size={16} />
          </Step>
          <Step name="Redo" keys="Ctrl Y" did={history.future[0]?.did} onClick={forth}>
            <IconArrowForwardUp size={16} />
          </Step>
          <span className={css.space} />
          <span className="faint" role="status">
            {mistakes.length === 0
              ? 'No mistakes'
              : mistakes.length === missing.length
                ? `${plural(missing.length, 'thing')} to finish`
                : `${plural(mistakes.length, 'mistake')} to mend`}
          </span>
        </div>
        {problem && <ProblemView problem={problem} />}
        {ofTheWhole.map((one) => (
          <p key={one.path + one.message} className={css.whole}>
            {one.message}
          </p>
        ))}
        <Section title="What it is">
          <div className={css.what}>
            <TextInput
              label="Name"
              value={body.name}
              maxLength={200}
              autoComplete="off"
              error={messageAt('name')}
              onChange={(event) => onEdit({ ...body, name: event.currentTarget.value }, 'name')}
            />
            <div className={css.about}>
              <span className={css.label}>It is about</span>
              <Segmented
                label="It is about"
                value={body.about}
                choices={[
                  { value: 'engagement', label: 'What they do' },
                  { value: 'fit', label: 'Who they are' },
                ]}
                onChange={(about) => onEdit({ ...body, about }, 'what it is about')}
              />
            </div>
          </div>
          <Textarea
            label="Meaning"
            placeholder="What a high score says, and what it does not"
            value={body.meaning}
            maxLength={500}
            autosize
            minRows={1}
            error={messageAt('meaning')}
            onChange={(event) => onEdit({ ...body, meaning: event.currentTarget.value }, 'meaning')}
          />
        </Section>

        <Section
          title="Each time something was done"
          hint="Points for every time, which fade or end if you wish: a visit a month ago says less than one today."
        >
          <ul className={css.lines}>
            {body.signals.map((line, index) => (
              <LineCard
                key={index}
                place={`signals.${index}`}
                points={line.points}
                because={line.because}
                words={line.on.event === '' ? '' : sayMatchOrNothing(line.on)}
                note={[sayDecay(line), groupNote(body.groups, line.group)].filter(Boolean).join(' · ')}
                {...lineProps('signals', index)}
              >
                <CommonFields
                  line={line}
                  groups={body.groups}
                  messageAt={(path) => messageAt(`signals.${index}.${path}`)}
                  onChange={(to, did) => onEdit(change(body, 'signals', index, to), did)}
                />
                {vocabulary.data && (
                  <SignalFields
                    line={line}
                    vocabulary={vocabulary.data}
                    messageAt={(path) => messageAt(`signals.${index}.${path}`)}
                    onChange={(to, did) => onEdit(change(body, 'signals', index, to), did)}
                  />
                )}
                <Others mistakes={mistakes} path={`signals.${index}`} />
              </LineCard>
            ))}
          </ul>
          <AddRow disabled={body.signals.length >= 50} onClick={() => addLine('signals')}>
            Add what is done
          </AddRow>
        </Section>

        <Section
          title="While something holds"
          hint="Points as long as a rule is true, and none when it is not: industry, size, a stage, three visits in a week."
        >
          <ul className={css.lines}>
            {body.points.map((line, index) => (
              <LineCard
                key={index}
                place={`points.${index}`}
                points={line.points}
                because={line.because}
                words={sayRuleOrNothing(line.rule)}
                note={groupNote(body.groups, line.group)}
                {...lineProps('points', index)}
              >
                <CommonFields
                  line={line}
                  groups={body.groups}
                  messageAt={(path) => messageAt(`points.${index}.${path}`)}
                  onChange={(to, did) => onEdit(change(body, 'points', index, to), did)}
                />
                <div className={css.rule}>
                  <span className={css.label}>It counts for</span>
                  {vocabulary.data ? (
                    <RuleEditor
                      rule={line.rule}
                      lead="people for whom"
                      mistakes={mistakes
                        .filter((one) => one.path.startsWith(`points.${index}.rule.`))
                        .map((one) => ({ ...one, path: one.path.slice(`points.${index}.rule.`.length) }))}
                      vocabulary={vocabulary.data}
                      onChange={(rule) => onEdit(change(body, 'points', index, { rule }), `rule of ${line.because || 'a line'}`)}
                    />
                  ) : vocabulary.error ? (
                    <ProblemView problem={vocabulary.error} again={() => void vocabulary.refetch()} />
                  ) : null}
                  <Others mistakes={mistakes} path={`points.${index}`} />
                </div>
              </LineCard>
            ))}
          </ul>
          <AddRow disabled={body.points.length >= 50} onClick={() => addLine('points')}>
            Add what holds
          </AddRow>
        </Section>

        <ScoreLimits body={body} messageAt={messageAt} onEdit={onEdit} />
      </div>
      <aside className={css.live} aria-label="What everybody would have">
        <ScorePreview
          scoreKey={scoreKey}
          name={body.name}
          published={published}
          everybody={everybody}
          counting={isCounting}
          problem={preview.error && preview.error.mistakes.length === 0 ? preview.error : everybody.problem}
          again={() => void preview.refetch()}
          empty={asked === null}
          mistakes={mistakes}
        />
      </aside>
    </div>
  );
}

/** A rule that is being edited undoes by itself; what it took is not undone again. */
const ownDefault = { preventDefault: false };
const unlessTaken =
  (go: () => void) =>
  (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    go();
  };

function sayMatchOrNothing(match: Parameters<typeof sayMatch>[0]): string {
  try {
    return sayMatch(match);
  } catch {
    return match.event;
  }
}

/** Mistakes of a line that none of its own fields shows. */
function Others({ mistakes, path }: { mistakes: readonly Mistake[]; path: string }) {
  const shown = /^(because|points|group|halfLife|expires|rule\..*)$/;
  return mistakes
    .filter((one) => one.path.startsWith(`${path}.`) && !shown.test(one.path.slice(path.length + 1)))
    .map((one) => (
      <p key={one.path + one.message} className={css.error}>
        {one.message}
      </p>
    ));
}

const unique = (mistakes: readonly Mistake[]): Mistake[] =>
  mistakes.filter((one, index) => mistakes.findIndex((other) => other.path === one.path && other.message === one.message) === index);

/** Undo and redo say what they undo. */
function Step({
  name,
  keys,
  did,
  onClick,
  children,
}: {
  name: string;
  keys: string;
  did: string | undefined;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <ActionIcon
      aria-label={did === undefined ? name : `${name}: ${did}`}
      data-tip={did === undefined ? `Nothing to ${name.toLowerCase()}` : `${name}: ${did}`}
      data-keys={keys}
      disabled={did === undefined}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  );
}
