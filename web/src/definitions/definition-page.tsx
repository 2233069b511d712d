import { Button } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { kindNames } from 'contract:words';
import { useState } from 'react';
import type { DefinitionKind } from '#contract/definition.ts';
import { ProblemError, type Reply } from '../api.ts';
import { type Search, To, useAddress } from '../parts/address.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { useRoute } from '../query.ts';
import { DefinitionFrame } from './definition-frame.tsx';
import { toText } from './definition-text.ts';
import { DraftEditor } from './draft-editor.tsx';
import { OneDefinition } from './one-definition.tsx';
import { useEdits } from './use-edits.ts';
import { Versions } from './versions.tsx';

/** One definition: its draft, its versions, and the way from one to the other. */
export function DefinitionPage() {
  const { kind, key } = useParams({ strict: false }) as { kind: string; key: string };
  if (!isKind(kind))
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
  return (
    <OneDefinition kind={kind} of={key} shelf={shelfOf(kind)}>
      {(definition) => <Loaded key={`${kind}/${key}`} definition={definition} />}
    </OneDefinition>
  );
}

const isKind = (kind: string): kind is DefinitionKind => Object.hasOwn(kindNames, kind);
const shelfOf = (kind: DefinitionKind) => ({ to: 'definitions', search: { kind }, words: kindNames[kind].plural });

const noKind = new ProblemError(404, {
  code: 'definition-unknown',
  message: 'There is no such kind of definition.',
  hint: 'Open Definitions and choose one of the list.',
  details: null,
});

function Loaded({ definition }: { definition: Reply<'getDefinition'> }) {
  const { kind, key } = definition;
  const [address, setAddress] = useAddress();
  const versions = useRoute('listVersions', { params: { kind, key } });
  const kept = toText(kind, definition.draft);
  const [text, setText] = useState(kept);
  const edits = useEdits(kept, text, () => setText(kept));
  const tab = address.tab === 'versions' ? 'versions' : 'draft';
  return (
    <DefinitionFrame
      definition={definition}
      shelf={shelfOf(kind)}
      fit="fill"
      parts={[
        { value: 'draft', label: 'Draft' },
        { value: 'versions', label: 'Versions', count: versions.data?.items.length },
      ]}
      part={tab}
      onPart={(next) =>
        setAddress({ tab: next === 'versions' ? 'versions' : undefined, v: undefined, against: undefined }, { replace: false })
      }
      edits={edits}
      onDraft={(body) => setText(toText(kind, body))}
      action={null}
      links={<MoreThanText of={definition} />}
    >
      {tab === 'draft' ? (
        <DraftEditor
          definition={definition}
          text={text}
          dirty={edits.dirty}
          onText={setText}
          onSaved={(next) => {
            setText(next);
            edits.settle(next);
          }}
        />
      ) : (
        <Versions definition={definition} versions={versions} />
      )}
    </DefinitionFrame>
  );
}

/** The way to the page on which it is more than text. */
function MoreThanText({ of: { kind, key, hasDraft, version } }: { of: Reply<'getDefinition'> }) {
  const pages: Partial<Record<DefinitionKind, { to: string; search?: Search; words: string }>> = {
    journey: {
      to: `journeys/${key}`,
      search: { version: hasDraft || version === null ? 'draft' : undefined },
      words: 'See it drawn',
    },
    score: { to: `scores/${key}`, words: 'Open the score' },
    segment: { to: `segments/${key}`, search: { tab: 'edit' }, words: 'As a sentence' },
  };
  const page = pages[kind];
  if (!page) return null;
  const { words, ...place } = page;
  return (
    <Button component={To} {...place} size="xs" variant="subtle" color="gray">
      {words}
    </Button>
  );
}
