import { useMemo } from 'react';
import type { Journey } from '#contract/journey.ts';
import type { Vocabulary } from '#contract/routes/rules.ts';
import type { Step } from '#contract/steps/index.ts';
import type { Finding } from '#engine/journey/check.ts';
import type { Reply } from '../../api.ts';
import { Peek } from '../../parts/peek.tsx';
import { nothingKnown } from '../../rules/vocabulary.ts';
import type { Names } from '../named.ts';
import { stepLooks } from '../step-kinds.tsx';
import { AroundContext, type AroundStep } from '../steps/context.ts';
import { newPath, type Usual } from './choices.ts';
import css from './edit-journey.module.css';
import { addArm, addPath, removePath } from './moves.ts';
import { Problems } from './problems.tsx';
import { SettingsPanel } from './settings-panel.tsx';
import { StepEditor, StepMenu } from './step-editor.tsx';
import type { Commands } from './use-commands.ts';
import { fieldOf } from './use-known.ts';

interface EditPanelProps {
  journeyKey: string;
  panel: 'step' | 'settings' | 'problems';
  step: Step | undefined;
  journey: Journey;
  findings: readonly Finding[];
  vocabulary: Vocabulary | undefined;
  usual: Usual;
  names: Names;
  counts: Reply<'getJourneyCounts'> | undefined;
  commands: Commands;
  onEdit: (journey: Journey, did: string) => void;
  onClose: () => void;
  onRename: (key: string) => void;
  onGo: (finding: Finding) => void;
}

/** The side panel of the canvas: a step, the settings of the journey, or what is wrong with it. */
export function EditPanel(props: EditPanelProps) {
  const { journeyKey, panel, step, journey, findings, vocabulary = nothingKnown, usual, names, counts, commands, onEdit, onClose } = props;
  const stepKey = step?.key ?? null;
  const around = useMemo<AroundStep>(() => {
    const own = findings
      .filter((each) => each.level === 'error' && each.step === stepKey)
      .map((each) => [fieldOf(each), each.message] as const);
    return {
      journeyKey,
      journey,
      vocabulary,
      usual,
      wrongAt: (path, inside = true) =>
        own.find(([field]) => field === path || (inside && path !== '' && field.startsWith(`${path}.`)))?.[1],
      addPath: () => {
        if (step?.kind === 'experiment') onEdit(addArm(journey, step.key), `add an arm to ${step.key}`);
        if (!step || !('paths' in step)) return;
        onEdit(addPath(journey, step.key, newPath(usual, step.paths.length)), `add a path to ${step.key}`);
      },
      removePath: (index) => {
        if (step) onEdit(removePath(journey, step.key, index).journey, `remove a path of ${step.key}`);
      },
    };
  }, [journeyKey, journey, vocabulary, usual, findings, step, stepKey, onEdit]);
  const look = step ? stepLooks[step.kind] : null;
  return (
    <Peek
      key={step?.key ?? panel}
      onClose={onClose}
      title={
        look && step ? (
          <span className={css.head}>
            <look.icon size={16} stroke={1.7} aria-hidden="true" />
            <span className="clip">{look.name}</span>
            <span className={css.space} />
            <StepMenu step={step} names={names} commands={commands} />
          </span>
        ) : panel === 'settings' ? (
          'Settings of the journey'
        ) : (
          'What is wrong or left open'
        )
      }
    >
      <AroundContext.Provider value={around}>
        <div data-panel>
          {panel === 'problems' ? (
            <Problems journeyKey={journeyKey} journey={journey} findings={findings} names={names} onGo={props.onGo} />
          ) : step ? (
            <StepEditor step={step} names={names} counts={counts} onEdit={onEdit} onRename={props.onRename} />
          ) : (
            <SettingsPanel onEdit={onEdit} />
          )}
        </div>
      </AroundContext.Provider>
    </Peek>
  );
}
