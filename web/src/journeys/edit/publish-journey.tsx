import { rampDefaults } from 'contract:words';
import { useMemo, useState } from 'react';
import type { DefinitionKind } from '#contract/definition.ts';
import type { Journey } from '#contract/journey.ts';
import type { Mistake } from '#contract/problems.ts';
import { templatesOf } from '#engine/journey/templates.ts';
import type { Reply } from '../../api.ts';
import { Publish } from '../../definitions/publish.tsx';
import { said } from '../../parts/notify.ts';
import { useRoute } from '../../query.ts';
import { ChangeList, CompareDrawing, useComparison } from '../compare-drawing.tsx';
import css from '../compare.module.css';
import { sayCard } from '../read-journey.ts';
import { useNames } from '../use-names.ts';
import { readDraft } from './draft.ts';
import { PublishFirst, sayPending } from './publish-first.tsx';
import { type RampChoice, toRamp, usualChoice } from './ramp-choice.ts';
import { RampFields } from './ramp-fields.tsx';

type Row = Reply<'listDefinitions'>['items'][number];
/** What has to be live before the journey: its mails whose draft is not, and whatever is new and it asks about. Those that others may ask about come first. */
export function usePending(journey: Journey, mistakes: readonly Mistake[]): Row[] {
  const rows = useRoute('listDefinitions', { query: {} }).data?.items ?? [];
  const used = templatesOf(journey);
  const needed = new Set(mistakes.flatMap(({ needs }) => (needs ? [`${needs.kind}/${needs.key}`] : [])));
  return rows
    .filter((row) =>
      row.kind === 'template' && used.has(row.key)
        ? row.version === null || row.hasDraft
        : row.version === null && order.includes(row.kind) && needed.has(`${row.kind}/${row.key}`),
    )
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}
/** Another journey and the lifecycle decide about people by themselves: they go live on their own pages. */
const order: readonly DefinitionKind[] = ['field', 'topic', 'offer', 'segment', 'score', 'grade', 'template'];

/** Publishes a journey: first what it needs to be live, then the journey itself. */
export function PublishJourney({
  open,
  definition,
  pending,
  onClose,
  onPublished,
}: {
  open: boolean;
  definition: Reply<'getDefinition'>;
  pending: readonly Row[];
  onClose: () => void;
  onPublished: (underWay: number) => void;
}) {
  const row = useRoute('listJourneys', undefined).data?.items.find((one) => one.key === definition.key);
  const usual = useMemo(() => usualChoice(row, rampDefaults), [row]);
  const [chosen, setChosen] = useState<RampChoice | null>(null);
  const choice = chosen ?? usual.choice;
  const othersFirst = pending.length > 0;
  const before = useMemo(() => readDraft(definition.published), [definition.published]);
  const after = useMemo(() => readDraft(definition.draft), [definition.draft]);
  const names = useNames();
  const where = (path: string): string => {
    const step = after?.steps[Number(/^steps\.(\d+)/.exec(path)?.[1] ?? -1)];
    return step ? sayCard(step, names) : 'The journey';
  };
  return (
    <>
      <PublishFirst
        open={open && othersFirst}
        journey={definition.key}
        pending={pending}
        onClose={onClose}
        onPublished={() => {
          // Where only those were changed, nothing is left to publish.
          if (definition.version === null || definition.hasDraft) return;
          said(`${sayPending(pending)} ${pending.length === 1 ? 'is' : 'are'} live.`);
          onClose();
        }}
      />
      <Publish
        open={open && !othersFirst}
        definition={definition}
        onClose={() => {
          setChosen(null);
          onClose();
        }}
        onPublished={onPublished}
        how={{
          ramp: toRamp(choice),
          fields: (
            <RampFields choice={choice} because={{ steps: usual.choice.steps, words: usual.because }} row={row} onChange={setChosen} />
          ),
        }}
        where={where}
        changes={before && after && <WhatChanges journeyKey={definition.key} before={before} after={after} />}
      />
    </>
  );
}

/** What is published against the draft: drawn, and in sentences. */
function WhatChanges({ journeyKey, before, after }: { journeyKey: string; before: Journey; after: Journey }) {
  const names = useNames();
  const { comparison, sentences } = useComparison(before, after, names);
  const [step, setStep] = useState<string>();
  return (
    <>
      <div className={css.small}>
        <CompareDrawing
          journeyKey={journeyKey}
          before={before}
          after={after}
          names={names}
          comparison={comparison}
          step={step ?? sentences.find((each) => each.step !== null)?.step ?? undefined}
          onStep={setStep}
        />
      </div>
      <ChangeList sentences={sentences} step={step} onStep={setStep} />
    </>
  );
}
