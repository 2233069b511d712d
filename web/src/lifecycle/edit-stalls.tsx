import { Button, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { sayDuration } from '#contract/instant.ts';
import type { Mistake } from '#contract/problems.ts';
import { sayRule } from '#engine/rule/say.ts';
import { To, useAddress } from '../parts/address.tsx';
import { plural } from '../parts/number.ts';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { StageBadge, useStages } from '../parts/stage-badge.tsx';
import { useRoute } from '../query.ts';
import { Chooser } from '../rules/chooser.tsx';
import { RuleEditor } from '../rules/rule-editor.tsx';
import { DurationInput } from '../settings/duration-input.tsx';
import css from './edit-stalls.module.css';
import { firstStall, readStages, type StallDraft, type StallStage, withStall } from './stalls.ts';

interface EditStallsProps {
  /** The lifecycle that is being edited. */
  body: unknown;
  onBody: (body: unknown) => void;
  onSave: () => void;
  /** What keeps the saved draft from being published. */
  mistakes: readonly Mistake[];
}

/** For each stage: when somebody who does not move on is recycled from it, where to and why, as a sentence whose words open. */
export function EditStalls({ body, onBody, onSave, mistakes }: EditStallsProps) {
  const [address, setAddress] = useAddress();
  const stages = readStages(body);
  useHotkeys([['mod+S', onSave]], []);
  return (
    <div className={css.stages}>
      <p className="quiet">
        Whoever stands still in a stage is moved back to where they are asked again, at the instant at which the time is over. While a
        colleague has taken them over nobody is moved; the time begins anew when they are given back.
      </p>
      <ul>
        {stages.map((stage, index) => (
          <OneStage
            key={stage.key}
            stage={stage}
            names={new Map(stages.map(({ key, name }) => [key, name]))}
            open={address.peek === stage.key}
            onOpen={(open) => setAddress({ peek: open ? stage.key : undefined })}
            onStall={(stall) => onBody(withStall(body, stage.key, stall))}
            mistakes={mistakes.filter(({ path }) => path.startsWith(`stages.${index}.stall`))}
          />
        ))}
      </ul>
    </div>
  );
}

interface OneStageProps {
  stage: StallStage;
  names: ReadonlyMap<string, string>;
  open: boolean;
  onOpen: (open: boolean) => void;
  onStall: (stall: StallDraft | null) => void;
  mistakes: readonly Mistake[];
}

function OneStage({ stage, names, open, onOpen, onStall, mistakes }: OneStageProps) {
  const { stall } = stage;
  const row = useRef<HTMLLIElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: somebody who comes for one stage sees it
  useEffect(() => {
    if (open) row.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <li ref={row} className={css.stage} data-open={open || undefined}>
      <div className={css.head}>
        <StageBadge stage={stage.key} />
        {stage.unreadable ? (
          <p className="quiet">
            Written in a way that only its text can show.{' '}
            <To to="definitions/lifecycle/main" className="text-link">
              Open the text
            </To>
          </p>
        ) : stall ? (
          <p className={css.says}>
            {open ? (
              'Who stands still here is recycled.'
            ) : (
              <>
                After {sayDuration(stall.after)}
                {stall.unless && <> unless {sayRule(stall.unless)}</>}, recycled to {names.get(stall.to) ?? stall.to}: <q>{stall.reason}</q>
              </>
            )}
          </p>
        ) : (
          <p className="faint">{stage.next.length === 0 ? 'Nobody moves on from here.' : 'Nobody is recycled from here.'}</p>
        )}
        <Recycled stage={stage.key} />
        {!stage.unreadable && (stall !== null || stage.next.length > 0) && (
          <Button
            size="xs"
            variant="default"
            aria-expanded={open}
            aria-label={`${stall === null ? 'Recycle who stands still in' : open ? 'Close' : 'Change'} ${stage.name}`}
            onClick={() => {
              if (stall === null) onStall(firstStall(stage));
              onOpen(stall === null || !open);
            }}
          >
            {stall === null ? 'Recycle' : open ? 'Close' : 'Change'}
          </Button>
        )}
      </div>
      {mistakes.map(({ path, message, mend }) => (
        <p key={path + message} className={css.mistake}>
          {message}.{mend ? ` ${mend}` : ''}
        </p>
      ))}
      {open && stall && <Sentence stage={stage} stall={stall} names={names} onStall={onStall} />}
    </li>
  );
}

/** How many were recycled from a stage lately. */
function Recycled({ stage }: { stage: string }) {
  const recycles = useStages().find(({ key }) => key === stage)?.recycles ?? [];
  if (recycles.length === 0) return null;
  return (
    <span className={css.count}>
      {plural(
        recycles.reduce((sum, { days30 }) => sum + days30, 0),
        'recycled',
        'recycled',
      )}{' '}
      in 30 days
    </span>
  );
}

function Sentence({ stage, stall, names, onStall }: Pick<OneStageProps, 'stage' | 'names' | 'onStall'> & { stall: StallDraft }) {
  const vocabulary = useRoute('getVocabulary', undefined, { staleTime: 60_000 });
  const change = (changed: Partial<StallDraft>): void => onStall({ ...stall, ...changed });
  return (
    <div className={css.sentence}>
      <div className={css.line}>
        <span>Whoever has been in {stage.name} for</span>
        <DurationInput label={`How long in ${stage.name}`} value={stall.after} onChange={(after) => change({ after })} />
        <span>is recycled to</span>
        <Chooser
          label="Stage"
          text={names.get(stall.to) ?? (stall.to || null)}
          ask="which stage"
          choices={stage.next.map((key) => ({ value: key, label: names.get(key) ?? key }))}
          onPick={(to) => change({ to })}
        />
      </div>
      <TextInput
        label="Because"
        description="So it stands in their history, and in every answer to why."
        value={stall.reason}
        maxLength={200}
        autoComplete="off"
        error={stall.reason.trim() === '' ? 'Say why.' : null}
        onChange={(event) => change({ reason: event.currentTarget.value })}
      />
      {vocabulary.data ? (
        <RuleEditor
          rule={stall.unless}
          onChange={(unless) => change({ unless })}
          vocabulary={vocabulary.data}
          lead="Unless"
          mistakes={[]}
        />
      ) : vocabulary.error ? (
        <ProblemView problem={vocabulary.error} again={() => void vocabulary.refetch()} />
      ) : (
        <Bones lines={3} />
      )}
      <div>
        <Button size="xs" variant="subtle" color="gray" onClick={() => onStall(null)}>
          Recycle nobody from {stage.name}
        </Button>
      </div>
    </div>
  );
}
