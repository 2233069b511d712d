import { Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue, useHotkeys } from '@mantine/hooks';
import { IconHandStop } from '@tabler/icons-react';
import type { Mistake } from '#contract/problems.ts';
import type { ProblemError, Reply } from '../api.ts';
import { To } from '../parts/address.tsx';
import { plural, sayNumber, sayPercent } from '../parts/number.ts';
import { Section } from '../parts/page.tsx';
import { PersonName } from '../parts/person-name.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useRoute, useTrial } from '../query.ts';
import { RuleEditor } from '../rules/rule-editor.tsx';
import { AskPerson } from './ask-person.tsx';
import css from './edit-segment.module.css';
import type { SegmentDraft } from './segment-body.ts';

/** [ms] So long nobody edits before everybody is counted again. */
const pause = 300;

interface EditSegmentProps {
  segmentKey: string;
  draft: SegmentDraft;
  onDraft: (draft: SegmentDraft) => void;
  onSave: () => void;
  /** How many belong by the published version; null when there is none. */
  now: number | null;
  /** What refused the last save. */
  problem: ProblemError | null;
  /** What keeps the saved draft from being published. */
  mistakes: readonly Mistake[];
}

/** Name, meaning and rule of a segment, and beside them who would belong. */
export function EditSegment({ segmentKey, draft, onDraft, onSave, now, problem, mistakes }: EditSegmentProps) {
  const vocabulary = useRoute('getVocabulary', undefined, { staleTime: 60_000 });
  const { rule } = draft;
  const [settled] = useDebouncedValue(rule, pause);
  const preview = useTrial('previewRule', settled ? { body: { rule: settled, sample: 8 } } : null);
  const asked = settled === rule && !preview.isPlaceholderData;
  const found = asked ? [...(preview.data?.mistakes ?? []), ...(preview.error?.mistakes ?? [])] : [];
  const inRule = unique([...found, ...(rule ? mistakes.filter((one) => one.path.startsWith('rule')) : [])]);
  const elsewhere = mistakes.filter((one) => !one.path.startsWith('rule'));
  useHotkeys([['mod+S', onSave]], []);
  return (
    <div className={css.edit}>
      <div className={css.form}>
        {problem && <ProblemView problem={problem} />}
        {elsewhere.map((one) => (
          <p key={one.path + one.message} className={css.mistake}>
            {one.message}
          </p>
        ))}
        <div className={css.what}>
          <TextInput
            label="Name"
            value={draft.name}
            maxLength={200}
            autoComplete="off"
            error={draft.name.trim() === '' ? 'Give it a name.' : null}
            onChange={(event) => onDraft({ ...draft, name: event.currentTarget.value })}
          />
          <Textarea
            label="Meaning"
            placeholder="What these people have in common, and what it is for"
            value={draft.meaning}
            maxLength={500}
            autosize
            minRows={1}
            onChange={(event) => onDraft({ ...draft, meaning: event.currentTarget.value })}
          />
        </div>
        {draft.unreadable ? (
          <p className="quiet">
            The rule is written in a way that only its text can show.{' '}
            <To to={`definitions/segment/${segmentKey}`} className="text-link">
              Open the text
            </To>
          </p>
        ) : rule === null ? (
          <p className={css.byHand}>
            <IconHandStop size={16} aria-hidden="true" /> This list is kept by hand: whoever is put on it belongs until they are taken off.
          </p>
        ) : (
          <Section title="Who belongs">
            {vocabulary.data ? (
              <div className={css.rule}>
                <RuleEditor
                  rule={rule ?? null}
                  onChange={(next) => onDraft({ ...draft, rule: next ?? undefined })}
                  vocabulary={vocabulary.data}
                  mistakes={inRule}
                />
              </div>
            ) : vocabulary.error ? (
              <ProblemView problem={vocabulary.error} again={() => void vocabulary.refetch()} />
            ) : (
              <Bones lines={4} />
            )}
          </Section>
        )}
      </div>
      {rule !== null && !draft.unreadable && (
        <aside className={css.live} aria-label="Who would belong">
          <Count preview={preview.data} counting={settled !== rule || preview.isFetching} finished={rule !== undefined} now={now} />
          {preview.error && preview.error.mistakes.length === 0 && (
            <ProblemView problem={preview.error} again={() => void preview.refetch()} />
          )}
          {inRule.length > 0 && (
            <Section title={plural(inRule.length, 'mistake')}>
              <ul className={css.mistakes}>
                {inRule.map((one) => (
                  <li key={one.path + one.message}>{one.message}</li>
                ))}
              </ul>
            </Section>
          )}
          {rule && preview.data && (
            <Section title="In words">
              <p className="quiet">People for whom: {preview.data.words}.</p>
            </Section>
          )}
          {rule && preview.data && preview.data.count !== null && preview.data.count > 0 && (
            <Section title="Some of them">
              <ul className={css.sample}>
                {preview.data.sample.map((person) => (
                  <li key={person.id}>
                    <To to={`people/${person.id}`}>
                      <PersonName person={person} />
                    </To>
                  </li>
                ))}
              </ul>
            </Section>
          )}
          <Section title="Would somebody belong?">
            <AskPerson rule={rule ?? null} name={draft.name || 'this segment'} />
          </Section>
          <p className="faint">
            Nothing changes for anybody before you publish. Then it is brought to everybody, a share of them at a time.
          </p>
        </aside>
      )}
    </div>
  );
}

/** For how many the rule holds now, against how many belong by the published version. */
function Count({
  preview,
  counting,
  finished,
  now,
}: {
  preview: Reply<'previewRule'> | undefined;
  counting: boolean;
  finished: boolean;
  now: number | null;
}) {
  const by = preview?.count ?? null;
  const difference = by === null || now === null ? 0 : by - now;
  return (
    <div className={css.count} role="status" data-old={counting || !finished || undefined}>
      {!finished ? (
        <p className="quiet">
          {preview ? 'Finish the rule, and it is counted again.' : 'Add what must hold, and see here for whom it does.'}
        </p>
      ) : by === null ? (
        counting ? (
          <p className="quiet">Counting…</p>
        ) : (
          <p className="quiet">It cannot be counted before its mistakes are mended.</p>
        )
      ) : (
        <>
          <p>
            <b className={css.figure}>{sayNumber(by)}</b> of {plural(preview!.people, 'person', 'people')}{' '}
            <span className="faint">{sayPercent(by, preview!.people)}</span>
          </p>
          <p className="faint">
            {counting
              ? 'Counting…'
              : now === null
                ? 'Not published yet'
                : difference === 0
                  ? 'As many as now'
                  : `${sayNumber(Math.abs(difference))} ${difference > 0 ? 'more' : 'fewer'} than now (${sayNumber(now)})`}
          </p>
        </>
      )}
    </div>
  );
}

const unique = (mistakes: readonly Mistake[]): Mistake[] =>
  mistakes.filter((one, index) => mistakes.findIndex((each) => each.path === one.path && each.message === one.message) === index);
