import { Button } from '@mantine/core';
import { useBlocker, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Reply } from '../api.ts';
import { DefinitionStatus } from '../definitions/definitions.tsx';
import { Publish } from '../definitions/publish.tsx';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { BackfillBar } from '../parts/backfill-bar.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { begin, type History, push } from '../parts/history.ts';
import { said } from '../parts/notify.ts';
import { Page } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useChange, useRoute } from '../query.ts';
import { EditScore } from './edit-score.tsx';
import { type Draft, readScore, textOf } from './score-body.ts';
import css from './score-page.module.css';
import { ScoreReport } from './score-report.tsx';

/** One score: how people are spread over it and what its lines are worth, and the draft of its next version. */
export function ScorePage() {
  const { key } = useParams({ strict: false }) as { key: string };
  const definition = useRoute('getDefinition', { params: { kind: 'score', key } });
  if (definition.error)
    return (
      <Page
        title={key}
        actions={
          <Button component={To} to="scores" variant="default">
            Back to scores
          </Button>
        }
      >
        <ProblemView problem={definition.error} {...(definition.error.status === 404 ? {} : { again: () => void definition.refetch() })} />
      </Page>
    );
  if (!definition.data)
    return (
      <Page title={<span className="faint">{key}</span>} tab={key}>
        <Bones lines={10} />
      </Page>
    );
  return <Loaded key={key} definition={definition.data} />;
}

function Loaded({ definition }: { definition: Reply<'getDefinition'> }) {
  const { key } = definition;
  const [address, setAddress] = useAddress();
  const go = useGo();
  const put = useChange('putDefinition', ['getDefinition', 'listDefinitions', 'listScores']);
  const discard = useChange(
    'discardDraft',
    definition.version === null ? ['listDefinitions', 'listScores'] : ['getDefinition', 'listDefinitions', 'listScores'],
  );
  const kept = textOf(readScore(definition.draft, key));
  const [base, setBase] = useState(kept);
  const [history, setHistory] = useState<History<Draft>>(() => begin(readScore(definition.draft, key)));
  const [ask, setAsk] = useState<'discard' | 'publish' | null>(null);
  const body = history.now;
  const dirty = textOf(body) !== base;
  const moved = kept !== base;
  const take = (text: string): void => {
    setBase(text);
    setHistory(begin(JSON.parse(text) as Draft));
  };
  useEffect(() => {
    if (!moved || dirty) return;
    setBase(kept);
    setHistory(begin(JSON.parse(kept) as Draft));
  }, [moved, dirty, kept]);
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      dirty && current.pathname !== next.pathname && !window.confirm('The draft has changes that are not saved. Leave without them?'),
    enableBeforeUnload: () => dirty,
  });

  const edit = (value: Draft, did: string): void => setHistory((before) => push(before, value, did, Date.now()));
  const save = async (): Promise<void> => {
    const reply = await put.mutateAsync({ params: { kind: 'score', key }, body: { body } });
    setBase(textOf(body));
    said(
      reply.mistakes.length === 0
        ? 'Saved. Nothing changes for anybody before it is published.'
        : 'Saved, with mistakes to mend before it is published.',
    );
  };
  const never = definition.version === null;
  const tab = never || address.tab === 'edit' ? 'edit' : 'report';
  const changed = definition.hasDraft || never;
  const name = definition.name || key;
  return (
    <Page
      fit={tab === 'edit' ? 'fill' : 'wide'}
      tab={name}
      title={
        <>
          {name} <DefinitionStatus row={definition} />
        </>
      }
      purpose={
        <>
          <To to="scores" className="text-link">
            Scores
          </To>{' '}
          <span className="faint">/</span> <span className="mono">{key}</span>
          {tab === 'report' && body.meaning !== '' && <span className={css.meaning}>{readScore(definition.published, key).meaning}</span>}
        </>
      }
      actions={
        tab === 'edit' ? (
          <>
            <Button
              variant="default"
              onClick={() => void save().catch(() => undefined)}
              loading={put.isPending}
              disabled={!dirty}
              data-keys="Ctrl S"
              data-tip="Save"
            >
              Save draft
            </Button>
            <Button
              onClick={() => setAsk('publish')}
              disabled={!changed || dirty}
              data-tip={dirty ? 'Save the draft first' : changed ? undefined : 'The draft is what is live'}
            >
              Publish
            </Button>
          </>
        ) : (
          <Button onClick={() => setAddress({ tab: 'edit' }, { replace: false })}>{definition.hasDraft ? 'Go on editing' : 'Edit'}</Button>
        )
      }
      bar={
        <>
          {!never && (
            <Segmented
              label="Part"
              value={tab}
              choices={[
                { value: 'report', label: 'How it does' },
                { value: 'edit', label: dirty ? 'Edit, not saved' : 'Edit' },
              ]}
              onChange={(next) => setAddress({ tab: next === 'edit' ? 'edit' : undefined }, { replace: false })}
            />
          )}
          <Button component={To} to={`definitions/score/${key}`} search={{ tab: 'versions' }} size="xs" variant="subtle" color="gray">
            Versions
          </Button>
          {changed && (
            <Button size="xs" variant="subtle" color="gray" onClick={() => setAsk('discard')}>
              Discard draft
            </Button>
          )}
        </>
      }
    >
      {tab === 'report' ? (
        <>
          <BackfillBar />
          <ScoreReport scoreKey={key} body={readScore(definition.published, key)} />
        </>
      ) : (
        <div className={css.body}>
          {moved && dirty && (
            <div className={css.notice} role="status">
              <span>The draft was changed elsewhere since you began.</span>
              <Button size="xs" variant="default" onClick={() => take(kept)}>
                Take theirs
              </Button>
              <Button size="xs" variant="default" onClick={() => setBase(kept)}>
                Keep mine
              </Button>
            </div>
          )}
          <EditScore
            scoreKey={key}
            published={definition.published === null ? null : readScore(definition.published, key)}
            history={history}
            onHistory={setHistory}
            onEdit={edit}
            onSave={() => dirty && void save().catch(() => undefined)}
            problem={put.error}
            serverMistakes={dirty ? [] : definition.mistakes}
          />
        </div>
      )}
      <Publish open={ask === 'publish'} definition={definition} onClose={() => setAsk(null)} />
      <Confirm
        open={ask === 'discard'}
        onClose={() => setAsk(null)}
        danger
        title="Discard the draft"
        action="Discard"
        onConfirm={async () => {
          await discard.mutateAsync({ params: { kind: 'score', key } });
          said('The draft was thrown away.');
          if (never) {
            setBase(textOf(body)); // nothing is left to lose, so leaving asks nothing
            requestAnimationFrame(() => go('scores'));
          } else take(textOf(readScore(definition.published, key)));
        }}
      >
        {never ? 'It was never published, so the score goes with it.' : `The draft becomes what is live: version ${definition.version}.`}
      </Confirm>
    </Page>
  );
}
