import { Button } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { kindNames } from 'contract:words';
import { useMemo, useState } from 'react';
import type { DefinitionKind } from '#contract/definition.ts';
import { ProblemError, type Reply } from '../api.ts';
import { type Search, To, useAddress } from '../parts/address.tsx';
import { EditStalls } from '../lifecycle/edit-stalls.tsx';
import { Empty } from '../parts/empty.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { useRoute } from '../query.ts';
import { DefinitionFrame } from './definition-frame.tsx';
import { readText, toText } from './definition-text.ts';
import { DraftEditor } from './draft-editor.tsx';
import { OneDefinition } from './one-definition.tsx';
import { useSaveDraft } from './save-draft.ts';
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

type Part = 'draft' | 'stalls' | 'versions';

function Loaded({ definition }: { definition: Reply<'getDefinition'> }) {
  const { kind, key } = definition;
  const [address, setAddress] = useAddress();
  const versions = useRoute('listVersions', { params: { kind, key } });
  const kept = toText(kind, definition.draft);
  const [text, setText] = useState(kept);
  const parts: { value: Part; label: string; count?: number | undefined }[] = [
    { value: 'draft', label: 'Draft' },
    ...(kind === 'lifecycle' ? [{ value: 'stalls' as const, label: 'Standing still' }] : []),
    { value: 'versions', label: 'Versions', count: versions.data?.items.length },
  ];
  const edits = useEdits(kept, text, () => setText(kept));
  const tab = parts.find(({ value }) => value === address.tab)?.value ?? 'draft';
  const read = useMemo(() => readText(text), [text]);
  const draft = useSaveDraft(kind, key);
  const save = async (): Promise<void> => {
    if (!read.ok) return;
    const kept = toText(kind, (await draft.save(read.body)).draft);
    setText(kept);
    edits.settle(kept);
  };
  return (
    <DefinitionFrame
      definition={definition}
      shelf={shelfOf(kind)}
      fit="fill"
      parts={parts}
      part={tab}
      onPart={(next) =>
        setAddress({ tab: next === 'draft' ? undefined : next, v: undefined, against: undefined, peek: undefined }, { replace: false })
      }
      edits={edits}
      onDraft={(body) => setText(toText(kind, body))}
      {...(tab === 'stalls' ? { save: { run: () => void save().catch(() => undefined), busy: draft.busy } } : {})}
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
      ) : tab === 'stalls' ? (
        <>
          {draft.problem && <ProblemView problem={draft.problem} />}
          {read.ok ? (
            <EditStalls
              body={read.body}
              onBody={(body) => setText(toText(kind, body))}
              onSave={() => void save().catch(() => undefined)}
              mistakes={definition.mistakes}
            />
          ) : (
            <Empty
              title="The text of the draft cannot be read"
              action={<Button onClick={() => setAddress({ tab: undefined })}>Mend the text</Button>}
            />
          )}
        </>
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
    lifecycle: { to: 'lifecycle', words: 'Open the board' },
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
