import { Button } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useBlocker, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Reply } from '../api.ts';
import { DefinitionStatus } from '../definitions/definitions.tsx';
import { Publish } from '../definitions/publish.tsx';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { BackfillBar } from '../parts/backfill-bar.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { said } from '../parts/notify.ts';
import { Page } from '../parts/page.tsx';
import { Pills } from '../parts/pills.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { SearchBox } from '../parts/search-box.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useChange, useRoute } from '../query.ts';
import { EditSegment } from './edit-segment.tsx';
import { AddMembers, Members } from './members.tsx';
import { Overlap } from './overlap.tsx';
import { bodyOf, readSegment, type SegmentDraft } from './segment-body.ts';
import { SegmentLog } from './segment-log.tsx';
import { SegmentOverview } from './segment-overview.tsx';
import css from './segment-page.module.css';

/** One segment: who belongs and why, over time, and the draft of its next version. */
export function SegmentPage() {
  const { key } = useParams({ strict: false }) as { key: string };
  const definition = useRoute('getDefinition', { params: { kind: 'segment', key } });
  if (definition.error)
    return (
      <Page
        title={key}
        actions={
          <Button component={To} to="segments" variant="default">
            Back to segments
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

const tabs = ['overview', 'people', 'log', 'overlap', 'edit'] as const;
type Tab = (typeof tabs)[number];
const tabNames: Record<Tab, string> = { overview: 'Overview', people: 'People', log: 'Log', overlap: 'Overlap', edit: 'Edit' };
const textOf = (draft: SegmentDraft): string => JSON.stringify(bodyOf(draft));

function Loaded({ definition }: { definition: Reply<'getDefinition'> }) {
  const { key } = definition;
  const [address, setAddress] = useAddress();
  const go = useGo();
  const never = definition.version === null;
  const kept = readSegment(definition.draft);
  const [base, setBase] = useState(kept);
  const [draft, setDraft] = useState(kept);
  const [ask, setAsk] = useState<'discard' | 'publish' | 'add' | null>(null);
  const put = useChange('putDefinition', ['getDefinition', 'listDefinitions', 'listSegments']);
  const discard = useChange('discardDraft', never ? ['listDefinitions'] : ['getDefinition', 'listDefinitions', 'listSegments']);
  const segment = useRoute('getSegment', { params: { key } }, { enabled: !never });
  const dirty = textOf(draft) !== textOf(base);
  const moved = textOf(kept) !== textOf(base);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the draft of the server is taken over when there is nothing to lose
  useEffect(() => {
    if (moved && !dirty) take(kept);
  }, [moved, dirty]);
  const take = (body: SegmentDraft): void => {
    setBase(body);
    setDraft(body);
  };
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      dirty && current.pathname !== next.pathname && !window.confirm('The draft has changes that are not saved. Leave without them?'),
    enableBeforeUnload: () => dirty,
  });
  const byHand = draft.rule === null;
  const ready = draft.name.trim() !== '' && (draft.rule !== undefined || base.rule === undefined) && !draft.unreadable;
  const save = async (): Promise<void> => {
    if (!dirty || !ready) return;
    const reply = await put.mutateAsync({ params: { kind: 'segment', key }, body: { body: bodyOf(draft) } });
    take(readSegment(reply.draft));
    said(
      reply.mistakes.length === 0
        ? 'Saved. Nothing changes for anybody before it is published.'
        : 'Saved, with mistakes to mend before it is published.',
    );
  };
  const tab: Tab = never ? 'edit' : (tabs.find((one) => one === address.tab) ?? 'overview');
  const changed = definition.hasDraft || never;
  const unsaved = dirty ? 'Save the draft first' : changed ? undefined : 'The draft is what is live';
  const notYet = draft.rule === undefined ? 'Finish the rule first' : unsaved;
  const name = definition.name || key;
  const published = readSegment(definition.published).rule ?? null;
  const scrolls = tab === 'overview' || tab === 'overlap';
  const openTab = (next: Tab): void =>
    setAddress(
      { tab: next === 'overview' ? undefined : next, peek: undefined, search: undefined, way: undefined, with: undefined },
      { replace: false },
    );
  return (
    <Page
      fit={scrolls ? 'wide' : 'fill'}
      tab={name}
      title={
        <>
          {name} <DefinitionStatus row={definition} />
        </>
      }
      purpose={
        <>
          <To to="segments" className="text-link">
            Segments
          </To>{' '}
          <span className="faint">/</span> <span className="mono">{key}</span>
          {tab !== 'edit' && kept.meaning !== '' && <span className={css.meaning}>{readSegment(definition.published).meaning}</span>}
        </>
      }
      actions={
        tab === 'edit' ? (
          <>
            <Button
              variant="default"
              onClick={() => void save().catch(() => undefined)}
              loading={put.isPending}
              disabled={!dirty || !ready}
              data-keys="Ctrl S"
              data-tip={ready ? 'Save' : 'Finish the rule first'}
            >
              Save draft
            </Button>
            <Button onClick={() => setAsk('publish')} disabled={notYet !== undefined} data-tip={notYet}>
              Publish
            </Button>
          </>
        ) : byHand && tab === 'people' ? (
          <Button leftSection={<IconUserPlus size={16} />} onClick={() => setAsk('add')}>
            Add people
          </Button>
        ) : (
          <Button onClick={() => openTab('edit')}>{definition.hasDraft ? 'Go on editing' : 'Edit'}</Button>
        )
      }
      bar={
        <>
          {!never && (
            <Segmented
              label="Part"
              value={tab}
              choices={tabs.map((value) => ({
                value,
                label: value === 'edit' && dirty ? 'Edit, not saved' : tabNames[value],
                count: value === 'people' ? segment.data?.people : undefined,
              }))}
              onChange={openTab}
            />
          )}
          {tab === 'people' && (
            <SearchBox
              value={address.search ?? ''}
              onChange={(next) => setAddress({ search: next || undefined, peek: undefined })}
              placeholder="Name, address or id"
            />
          )}
          {tab === 'log' && (
            <Pills
              label="Which"
              value={address.way}
              onChange={(way) => setAddress({ way, peek: undefined })}
              choices={[
                { value: 'in', label: 'Entered' },
                { value: 'out', label: 'Left' },
              ]}
            />
          )}
          {tab === 'edit' && (
            <>
              <Button component={To} to={`definitions/segment/${key}`} size="xs" variant="subtle" color="gray">
                Text
              </Button>
              <Button component={To} to={`definitions/segment/${key}`} search={{ tab: 'versions' }} size="xs" variant="subtle" color="gray">
                Versions
              </Button>
              {changed && (
                <Button size="xs" variant="subtle" color="gray" onClick={() => setAsk('discard')}>
                  Discard draft
                </Button>
              )}
            </>
          )}
        </>
      }
    >
      {tab === 'overview' && (
        <>
          <BackfillBar />
          <SegmentOverview of={key} rule={published} />
        </>
      )}
      {tab === 'people' && <Members of={key} name={name} byHand={byHand} onAdd={() => setAsk('add')} />}
      {tab === 'log' && <SegmentLog of={key} entered={address.way === 'in' ? true : address.way === 'out' ? false : undefined} />}
      {tab === 'overlap' && <Overlap of={key} name={name} />}
      {tab === 'edit' && (
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
          <EditSegment
            segmentKey={key}
            draft={draft}
            onDraft={setDraft}
            onSave={() => void save().catch(() => undefined)}
            now={segment.data?.people ?? null}
            problem={put.error}
            mistakes={dirty ? [] : definition.mistakes}
          />
        </div>
      )}
      <Publish open={ask === 'publish'} definition={definition} onClose={() => setAsk(null)} />
      {ask === 'add' && <AddMembers of={key} name={name} onClose={() => setAsk(null)} />}
      <Confirm
        open={ask === 'discard'}
        onClose={() => setAsk(null)}
        danger
        title="Discard the draft"
        action="Discard"
        onConfirm={async () => {
          await discard.mutateAsync({ params: { kind: 'segment', key } });
          said('The draft was thrown away.');
          if (never) {
            setBase(draft); // nothing is left to lose, so leaving asks nothing
            requestAnimationFrame(() => go('segments'));
          } else take(readSegment(definition.published));
        }}
      >
        {never ? 'It was never published, so the segment goes with it.' : `The draft becomes what is live: version ${definition.version}.`}
      </Confirm>
    </Page>
  );
}
