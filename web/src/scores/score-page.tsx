import { Button } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { DefinitionFrame, TextAndVersions } from '../definitions/definition-frame.tsx';
import { OneDefinition } from '../definitions/one-definition.tsx';
import { useSaveDraft } from '../definitions/save-draft.ts';
import { useEdits } from '../definitions/use-edits.ts';
import { useAddress } from '../parts/address.tsx';
import { BackfillBar } from '../parts/backfill-bar.tsx';
import { begin, type History, push } from '../parts/history.ts';
import { EditScore } from './edit-score.tsx';
import { type Draft, readScore, textOf } from './score-body.ts';
import { ScoreReport } from './score-report.tsx';

const shelf = { to: 'scores', words: 'Scores' };

/** One score: how people are spread over it and what its lines are worth, and the draft of its next version. */
export function ScorePage() {
  const { key } = useParams({ strict: false }) as { key: string };
  return (
    <OneDefinition kind="score" of={key} shelf={shelf}>
      {(definition) => <Loaded key={key} definition={definition} />}
    </OneDefinition>
  );
}

function Loaded({ definition }: { definition: Reply<'getDefinition'> }) {
  const { key } = definition;
  const [address, setAddress] = useAddress();
  const never = definition.version === null;
  const kept = readScore(definition.draft, key);
  const [history, setHistory] = useState<History<Draft>>(() => begin(kept));
  const body = history.now;
  const edits = useEdits(textOf(kept), textOf(body), () => setHistory(begin(kept)));
  const { busy, problem, save } = useSaveDraft('score', key);
  const saveIt = (): void => {
    if (edits.dirty)
      save(body).then(
        () => edits.settle(),
        () => undefined,
      );
  };
  const tab = never || address.tab === 'edit' ? 'edit' : 'report';
  const openTab = (next: 'report' | 'edit'): void => setAddress({ tab: next === 'edit' ? 'edit' : undefined }, { replace: false });
  const published = definition.published === null ? null : readScore(definition.published, key);
  return (
    <DefinitionFrame
      definition={definition}
      shelf={shelf}
      meaning={tab === 'edit' ? '' : (published?.meaning ?? '')}
      fit={tab === 'edit' ? 'fill' : 'wide'}
      parts={
        never
          ? []
          : [
              { value: 'report', label: 'Overview' },
              { value: 'edit', label: edits.dirty ? 'Edit, not saved' : 'Edit' },
            ]
      }
      part={tab}
      onPart={openTab}
      edits={edits}
      onDraft={(next) => setHistory(begin(readScore(next, key)))}
      save={{ run: saveIt, busy }}
      action={tab === 'edit' ? null : <Button onClick={() => openTab('edit')}>{definition.hasDraft ? 'Go on editing' : 'Edit'}</Button>}
      links={<TextAndVersions of={definition} />}
    >
      {tab === 'report' && published ? (
        <>
          <BackfillBar />
          <ScoreReport scoreKey={key} body={published} />
        </>
      ) : (
        <EditScore
          scoreKey={key}
          published={published}
          history={history}
          onHistory={setHistory}
          onEdit={(value, did) => setHistory((before) => push(before, value, did, Date.now()))}
          onSave={saveIt}
          problem={problem}
          serverMistakes={edits.dirty ? [] : definition.mistakes}
        />
      )}
    </DefinitionFrame>
  );
}
