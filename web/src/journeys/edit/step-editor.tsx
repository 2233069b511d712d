import { ActionIcon, Menu, Textarea, TextInput } from '@mantine/core';
import { IconCopy, IconCut, IconDots, IconSitemap, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import type { Journey } from '#contract/journey.ts';
import type { Step, StepKind } from '#contract/steps/index.ts';
import type { Reply } from '../../api.ts';
import { To } from '../../parts/address.tsx';
import { plural, sayNumber } from '../../parts/number.ts';
import { Fact, Facts } from '../../parts/page.tsx';
import { ExperimentAtStep } from '../../experiments/experiment-result.tsx';
import type { Names } from '../named.ts';
import { sayCard } from '../read-journey.ts';
import { BranchSignals } from '../branch-signals.tsx';
import { useAround } from '../steps/context.ts';
import { fieldsOf } from '../steps/index.ts';
import type { Fields } from '../steps/kind.ts';
import css from './step-editor.module.css';
import type { Commands } from './use-commands.ts';
import { change, lead, rename } from './moves.ts';
import { WaysOn } from './ways-on.tsx';

/** The same value without the names that stand for nothing. */
const withoutNothing = (step: object): Step =>
  Object.fromEntries(Object.entries(step).filter(([, each]) => each !== undefined)) as unknown as Step;

interface StepEditorProps {
  step: Step;
  names: Names;
  counts: Reply<'getJourneyCounts'> | undefined;
  onEdit: (journey: Journey, did: string) => void;
  /** The step has another key. */
  onRename: (key: string) => void;
}

/** One step in the side panel: what it does, where it leads, its note and its key. */
export function StepEditor({ step, names, counts, onEdit, onRename }: StepEditorProps) {
  const { journey, journeyKey, wrongAt } = useAround();
  const KindFields = fieldsOf(step.kind) as Fields<StepKind>;
  const count = counts?.steps.find((row) => row.step === step.key);
  const put = (part: object, what: string): void =>
    onEdit(
      change(journey, step.key, (now) => withoutNothing({ ...now, ...part })),
      `change ${what} of ${step.key}`,
    );
  const whole = wrongAt('');
  return (
    <div className={css.editor}>
      {whole && <p className={css.wrong}>{whole}</p>}
      <KindFields step={step as never} onChange={put as never} />
      {(step.kind === 'branch' || step.kind === 'split') && <BranchSignals journeyKey={journeyKey} journey={journey} step={step} />}
      {step.kind === 'experiment' && <ExperimentAtStep journeyKey={journeyKey} step={step.key} />}
      <WaysOn
        journey={journey}
        step={step}
        names={names}
        onLead={(spot, next) => onEdit(lead(journey, spot, next), `lead ${step.key} elsewhere`)}
      />
      {count && (
        <Facts>
          <Fact name="Here now">
            {count.here === 0 ? (
              <span className="faint">Nobody</span>
            ) : (
              <To to="people" search={{ journey: journeyKey, step: step.key }} className="text-link">
                {plural(count.here, 'person', 'people')}
              </To>
            )}
          </Fact>
          <Fact name="Passed">{sayNumber(count.passed)}</Fact>
        </Facts>
      )}
      <Textarea
        label="Note"
        description="For colleagues; stands on the card"
        value={step.note ?? ''}
        maxLength={500}
        autosize
        minRows={1}
        data-field="note"
        onChange={(event) => put({ note: event.currentTarget.value === '' ? undefined : event.currentTarget.value }, 'the note')}
      />
      <KeyLine key={step.key} step={step} onEdit={onEdit} onRename={onRename} />
    </div>
  );
}

/** The key of a step; it changes when one leaves the field, everywhere at once. */
function KeyLine({ step, onEdit, onRename }: Pick<StepEditorProps, 'step' | 'onEdit' | 'onRename'>) {
  const { journey, wrongAt } = useAround();
  const [text, setText] = useState(step.key);
  const taken = text !== step.key && journey.steps.some((each) => each.key === text);
  const badly = !/^[a-z][a-z0-9-]{0,62}$/.test(text);
  const take = (): void => {
    const next = rename(journey, step.key, text);
    if (next === journey) return void setText(step.key);
    onEdit(next, `call ${step.key} ${text}`);
    onRename(text);
  };
  return (
    <TextInput
      label="Key"
      description="How the file and the history of a run call this step"
      className={css.key ?? ''}
      value={text}
      maxLength={63}
      autoComplete="off"
      spellCheck={false}
      data-field="key"
      error={taken ? 'Another step has this key.' : badly ? 'Lower case letters, digits and hyphens, a letter first.' : wrongAt('key')}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && take()}
    />
  );
}

/** What can be done with the step of the panel. */
export function StepMenu({ step, names, commands }: { step: Step; names: Names; commands: Commands }) {
  const branch = (): void => commands.duplicateBranch(step.key);
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <ActionIcon aria-label={`What to do with ${sayCard(step, names)}`} data-tip="More">
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {step.kind !== 'entry' && (
          <>
            <Menu.Item leftSection={<IconCopy size={15} />} rightSection={<kbd>Ctrl D</kbd>} onClick={commands.duplicateChosen}>
              Duplicate
            </Menu.Item>
            <Menu.Item leftSection={<IconSitemap size={15} />} onClick={branch}>
              Duplicate with its branch
            </Menu.Item>
            <Menu.Item leftSection={<IconSitemap size={15} />} onClick={() => commands.chooseBranch(step.key)}>
              Choose its branch
            </Menu.Item>
            <Menu.Item leftSection={<IconCopy size={15} />} rightSection={<kbd>Ctrl C</kbd>} onClick={commands.copied}>
              Copy
            </Menu.Item>
            <Menu.Item leftSection={<IconCut size={15} />} rightSection={<kbd>Ctrl X</kbd>} onClick={commands.cut}>
              Cut
            </Menu.Item>
          </>
        )}
        <Menu.Item color="red" leftSection={<IconTrash size={15} />} rightSection={<kbd>Del</kbd>} onClick={commands.removeChosen}>
          Remove
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
