import { Button } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { DefinitionFrame, TextAndVersions } from '../definitions/definition-frame.tsx';
import { OneDefinition } from '../definitions/one-definition.tsx';
import { useSaveDraft } from '../definitions/save-draft.ts';
import { useEdits } from '../definitions/use-edits.ts';
import { useAddress } from '../parts/address.tsx';
import { BackfillBar } from '../parts/backfill-bar.tsx';
import { Pills } from '../parts/pills.tsx';
import { SearchBox } from '../parts/search-box.tsx';
import { useRoute } from '../query.ts';
import { EditSegment } from './edit-segment.tsx';
import { AddMembers, Members } from './members.tsx';
import { Overlap } from './overlap.tsx';
import { bodyOf, readSegment, type SegmentDraft } from './segment-body.ts';
import { SegmentLog } from './segment-log.tsx';
import { SegmentOverview } from './segment-overview.tsx';

const shelf = { to: 'segments', words: 'Segments' };

/** One segment: who belongs and why, over time, and the draft of its next version. */
export function SegmentPage() {
  const { key } = useParams({ strict: false }) as { key: string };
  return (
    <OneDefinition kind="segment" of={key} shelf={shelf}>
      {(definition) => <Loaded key={key} definition={definition} />}
    </OneDefinition>
  );
}

const tabs = ['overview', 'people', 'log', 'overlap', 'edit'] as const;
type Tab = (typeof tabs)[number];
const tabNames: Record<Tab, string> = { overview: 'Overview', people: 'People', log: 'Log', overlap: 'Overlap', edit: 'Edit' };
const textOf = (draft: SegmentDraft): string => JSON.stringify(bodyOf(draft));

function Loaded({ definition }: { definition: Reply<'getDefinition'> }) {
  const { key } = definition;
  const [address, setAddress] = useAddress();
  const never = definition.version === null;
  const kept = readSegment(definition.draft);
  const [draft, setDraft] = useState(kept);
  const [adding, setAdding] = useState(false);
  const edits = useEdits(textOf(kept), textOf(draft), () => setDraft(kept));
  const { busy, problem, save } = useSaveDraft('segment', key);
  const segment = useRoute('getSegment', { params: { key } }, { enabled: !never });
  const byHand = draft.rule === null;
  const ready = draft.name.trim() !== '' && (draft.rule !== undefined || kept.rule === undefined) && !draft.unreadable;
  const saveIt = (): void => {
    if (edits.dirty && ready)
      save(bodyOf(draft)).then(
        () => edits.settle(),
        () => undefined,
      );
  };
  const tab: Tab = never ? 'edit' : (tabs.find((one) => one === address.tab) ?? 'overview');
  const published = readSegment(definition.published);
  const name = definition.name || key;
  const openTab = (next: Tab): void =>
    setAddress(
      { tab: next === 'overview' ? undefined : next, peek: undefined, search: undefined, way: undefined, with: undefined },
      { replace: false },
    );
  return (
    <DefinitionFrame
      definition={definition}
      shelf={shelf}
      meaning={tab === 'edit' ? '' : published.meaning}
      fit={tab === 'overview' || tab === 'overlap' ? 'wide' : 'fill'}
      parts={
        never
          ? []
          : tabs.map((value) => ({
              value,
              label: value === 'edit' && edits.dirty ? 'Edit, not saved' : tabNames[value],
              count: value === 'people' ? segment.data?.people : undefined,
            }))
      }
      part={tab}
      onPart={openTab}
      edits={edits}
      onDraft={(body) => setDraft(readSegment(body))}
      save={{ run: saveIt, busy, lacks: ready ? undefined : 'Finish the rule first' }}
      unfinished={draft.rule === undefined ? 'Finish the rule first' : undefined}
      action={
        tab === 'edit' ? null : byHand && tab === 'people' ? (
          <Button leftSection={<IconUserPlus size={16} />} onClick={() => setAdding(true)}>
            Add people
          </Button>
        ) : (
          <Button onClick={() => openTab('edit')}>{definition.hasDraft ? 'Go on editing' : 'Edit'}</Button>
        )
      }
      filters={
        tab === 'people' ? (
          <SearchBox
            value={address.search ?? ''}
            onChange={(next) => setAddress({ search: next || undefined, peek: undefined })}
            placeholder="Name, address or id"
          />
        ) : tab === 'log' ? (
          <Pills
            label="Which"
            value={address.way}
            onChange={(way) => setAddress({ way, peek: undefined })}
            choices={[
              { value: 'in', label: 'Entered' },
              { value: 'out', label: 'Left' },
            ]}
          />
        ) : null
      }
      links={<TextAndVersions of={definition} />}
    >
      {tab === 'overview' && (
        <>
          <BackfillBar />
          <SegmentOverview of={key} rule={published.rule ?? null} />
        </>
      )}
      {tab === 'people' && <Members of={key} name={name} byHand={byHand} onAdd={() => setAdding(true)} />}
      {tab === 'log' && <SegmentLog of={key} entered={address.way === 'in' ? true : address.way === 'out' ? false : undefined} />}
      {tab === 'overlap' && <Overlap of={key} name={name} />}
      {tab === 'edit' && (
        <EditSegment
          segmentKey={key}
          draft={draft}
          onDraft={setDraft}
          onSave={saveIt}
          now={segment.data?.people ?? null}
          problem={problem}
          mistakes={edits.dirty ? [] : definition.mistakes}
        />
      )}
      {adding && <AddMembers of={key} name={name} onClose={() => setAdding(false)} />}
    </DefinitionFrame>
  );
}
