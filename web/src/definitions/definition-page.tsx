import { Button } from '@mantine/core';
import { useBlocker, useParams } from '@tanstack/react-router';
import { kindNames } from 'contract:words';
import { useEffect, useState } from 'react';
import type { DefinitionKind } from '#contract/definition.ts';
import { ProblemError, type Reply } from '../api.ts';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { said } from '../parts/notify.ts';
import { Page } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useChange, useRoute } from '../query.ts';
import { toText } from './definition-text.ts';
import { DefinitionStatus } from './definitions.tsx';
import css from './definition-page.module.css';
import { DraftEditor } from './draft-editor.tsx';
import { Publish } from './publish.tsx';
import { Versions } from './versions.tsx';

type Detail = Reply<'getDefinition'>;

/** One definition: its draft, its versions, and the way from one to the other. */
export function DefinitionPage() {
  const { kind, key } = useParams({ strict: false }) as { kind: string; key: string };
  const known = Object.hasOwn(kindNames, kind);
  const definition = useRoute('getDefinition', { params: { kind: kind as DefinitionKind, key } }, { enabled: known });
  if (!known)
    return (
      <Page
        title="Definition"
        actions={
          <Button component={To} to="definitions" variant="default">
            Back to definitions
          </Button>
        }
      >
        <ProblemView problem={noKind} />
      </Page>
    );
  if (definition.error)
    return (
      <Page
        title={key}
        tab={key}
        actions={
          <Button component={To} to="definitions" variant="default">
            Back to definitions
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
  return <Loaded key={`${kind}/${key}`} definition={definition.data} />;
}

const noKind = new ProblemError(404, {
  code: 'definition-unknown',
  message: 'There is no such kind of definition.',
  hint: 'Open Definitions and choose one of the list.',
  details: null,
});

function Loaded({ definition }: { definition: Detail }) {
  const { kind, key } = definition;
  const [address, setAddress] = useAddress();
  const go = useGo();
  const versions = useRoute('listVersions', { params: { kind, key } });
  const discard = useChange(
    'discardDraft',
    definition.version === null ? ['listDefinitions', 'listJourneys'] : ['getDefinition', 'listDefinitions', 'listJourneys'],
  );
  const saved = toText(kind, definition.draft);
  const [base, setBase] = useState(saved);
  const [text, setText] = useState(saved);
  const [ask, setAsk] = useState<'discard' | 'publish' | null>(null);
  const dirty = text !== base;
  const moved = saved !== base;
  useEffect(() => {
    if (!moved || dirty) return;
    setBase(saved);
    setText(saved);
  }, [moved, dirty, saved]);
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      dirty && current.pathname !== next.pathname && !window.confirm('The draft has changes that are not saved. Leave without them?'),
    enableBeforeUnload: () => dirty,
  });
  const accept = (next: string): void => {
    setBase(next);
    setText(next);
  };
  const tab = address.tab === 'versions' ? 'versions' : 'draft';
  const changed = definition.hasDraft || definition.version === null;
  const name = definition.name || key;
  return (
    <Page
      fit="fill"
      tab={name}
      title={
        <>
          {name} <DefinitionStatus row={definition} />
        </>
      }
      purpose={
        <>
          <To to="definitions" search={{ kind }} className="text-link">
            {kindNames[kind].plural}
          </To>{' '}
          <span className="faint">/</span> <span className="mono">{key}</span>
        </>
      }
      actions={
        <>
          {changed && (
            <Button variant="default" onClick={() => setAsk('discard')}>
              Discard draft
            </Button>
          )}
          <Button
            onClick={() => setAsk('publish')}
            disabled={!changed || dirty}
            data-tip={dirty ? 'Save the draft first' : changed ? undefined : 'The draft is what is live'}
          >
            Publish
          </Button>
        </>
      }
      bar={
        <>
          <Segmented
            label="Part"
            value={tab}
            choices={[
              { value: 'draft', label: 'Draft' },
              { value: 'versions', label: 'Versions', count: versions.data?.items.length },
            ]}
            onChange={(next) =>
              setAddress({ tab: next === 'versions' ? 'versions' : undefined, v: undefined, against: undefined }, { replace: false })
            }
          />
          {kind === 'journey' && (
            <Button
              component={To}
              to={`journeys/${key}`}
              search={{ version: changed ? 'draft' : undefined }}
              size="xs"
              variant="subtle"
              color="gray"
            >
              See it drawn
            </Button>
          )}
          {kind === 'score' && (
            <Button component={To} to={`scores/${key}`} size="xs" variant="subtle" color="gray">
              Open the score
            </Button>
          )}
          {kind === 'segment' && (
            <Button component={To} to={`segments/${key}`} search={{ tab: 'edit' }} size="xs" variant="subtle" color="gray">
              As a sentence
            </Button>
          )}
        </>
      }
    >
      <div className={css.body}>
        {moved && dirty && (
          <div className={css.notice} role="status">
            <span>The draft was changed elsewhere since you began.</span>
            <Button size="xs" variant="default" onClick={() => accept(saved)}>
              Take theirs
            </Button>
            <Button size="xs" variant="default" onClick={() => setBase(saved)}>
              Keep mine
            </Button>
          </div>
        )}
        {tab === 'draft' ? (
          <DraftEditor definition={definition} text={text} dirty={dirty} onText={setText} onSaved={accept} />
        ) : (
          <Versions definition={definition} versions={versions} />
        )}
      </div>
      <Publish open={ask === 'publish'} definition={definition} onClose={() => setAsk(null)} />
      <Confirm
        open={ask === 'discard'}
        onClose={() => setAsk(null)}
        danger
        title="Discard the draft"
        action="Discard"
        onConfirm={async () => {
          await discard.mutateAsync({ params: { kind, key } });
          said('The draft was thrown away.');
          if (definition.version === null) go('definitions');
          else accept(toText(kind, definition.published));
        }}
      >
        {definition.version === null
          ? 'It was never published, so the definition goes with it.'
          : `The draft becomes what is live: version ${definition.version}.`}
      </Confirm>
    </Page>
  );
}
