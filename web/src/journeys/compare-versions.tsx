import { Button, Select } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { toText } from '../definitions/definition-text.ts';
import { DiffView } from '../definitions/diff-view.tsx';
import { To, useAddress } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { useKeys } from '../parts/keys.ts';
import { plural } from '../parts/number.ts';
import { Page } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { ScreenSkeleton } from '../parts/skeleton.tsx';
import { useRoute } from '../query.ts';
import { ChangeList, CompareDrawing, useComparison } from './compare-drawing.tsx';
import css from './compare.module.css';
import { readDraft } from './edit/draft.ts';
import type { Names } from './named.ts';
import { sayCard } from './read-journey.ts';
import { useNames } from './use-names.ts';

const draft = 'draft';
const sayVersion = (which: string): string => (which === draft ? 'the draft' : `version ${which}`);
type Journeys = { before: NonNullable<ReturnType<typeof readDraft>>; after: NonNullable<ReturnType<typeof readDraft>> };

/** Any two versions of a journey, drawn as one, in sentences and as text. The address says which: compare=1..draft. */
export function CompareVersions() {
  const { key } = useParams({ strict: false }) as { key: string };
  const [address, setAddress] = useAddress();
  const definition = useRoute('getDefinition', { params: { kind: 'journey', key } });
  const versions = useRoute('listVersions', { params: { kind: 'journey', key } });
  const [from = '', other = draft] = (address.compare ?? '').split('..');
  // An address that names no two versions means what is live and the draft.
  const one = /^(\d+|draft)$/.test(from) && from !== other ? from : String(definition.data?.version ?? 1);
  const before = useBody(key, one);
  const after = useBody(key, other);
  const names = useNames();
  const problem = definition.error ?? versions.error ?? before.error ?? after.error;
  const choices = [
    ...(definition.data?.hasDraft || definition.data?.version === null ? [{ value: draft, label: 'Draft' }] : []),
    ...(versions.data?.items ?? []).map((row) => ({
      value: String(row.version),
      label: `Version ${row.version}${row.live ? ', live' : ''}`,
    })),
  ];
  const choose = (next: { one?: string | null; other?: string | null }): void =>
    setAddress({ compare: `${next.one ?? one}..${next.other ?? other}`, step: undefined });
  const [was, is] = [readDraft(before.body), readDraft(after.body)];
  const leave = (): void => setAddress({ compare: undefined, step: undefined, view: undefined }, { replace: false });
  useKeys({ Escape: () => (address.step === undefined ? leave() : setAddress({ step: undefined })) });
  if (!problem && (!definition.data || before.body === undefined || after.body === undefined)) return <ScreenSkeleton />;
  const name = definition.data?.name ?? key;
  return (
    <Page
      fit="fill"
      tab={`${name}, compared`}
      title={`${name}, compared`}
      purpose={
        <To to={`journeys/${key}`} className="text-link">
          Back to the journey
        </To>
      }
      bar={
        <div className={css.which}>
          <Select
            size="xs"
            w={150}
            aria-label="The older version"
            data={choices.filter(({ value }) => value !== other)}
            value={one}
            allowDeselect={false}
            onChange={(next) => choose({ one: next })}
          />
          <span className="faint">against</span>
          <Select
            size="xs"
            w={150}
            aria-label="The newer version"
            data={choices.filter(({ value }) => value !== one)}
            value={other}
            allowDeselect={false}
            onChange={(next) => choose({ other: next })}
          />
          <Button size="xs" variant="subtle" color="gray" onClick={() => choose({ one: other, other: one })}>
            The other way round
          </Button>
        </div>
      }
    >
      {problem ? (
        <ProblemView problem={problem} page />
      ) : was && is ? (
        <Compared key={address.compare} journeyKey={key} journeys={{ before: was, after: is }} names={names} from={one} to={other} />
      ) : (
        <Empty title="Only its text can show it">
          One of the two is written in a way that the canvas cannot draw. Its definition shows how the texts differ.
        </Empty>
      )}
    </Page>
  );
}

/** The body of a version, or of the draft. Undefined while it is on its way. */
function useBody(key: string, which: string) {
  const at = { kind: 'journey', key } as const;
  const isDraft = which === draft;
  const standing = useRoute('getDefinition', { params: at }, { enabled: isDraft });
  const version = useRoute('getVersion', { params: { ...at, version: Number(which) } }, { enabled: !isDraft });
  return isDraft ? { body: standing.data?.draft, error: standing.error } : { body: version.data?.body, error: version.error };
}

function Compared({
  journeyKey,
  journeys,
  names,
  from,
  to,
}: {
  journeyKey: string;
  journeys: Journeys;
  names: Names;
  from: string;
  to: string;
}) {
  const { before, after } = journeys;
  const [address, setAddress] = useAddress();
  const { ref, width } = useElementSize();
  const { comparison, sentences } = useComparison(before, after, names);
  const narrow = width > 0 && width < 860;
  const views = [
    ...(narrow ? [{ value: 'drawn', label: 'Drawn' }] : []),
    { value: 'changes', label: 'In sentences' },
    { value: 'text', label: 'As text' },
  ];
  const view = views.find(({ value }) => value === address.view)?.value ?? views[0]!.value;
  const onStep = (next: string | undefined): void => setAddress({ step: next });
  const { step } = address;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the sentence of the step that is looked at comes into sight
  useEffect(() => {
    document.querySelector('[data-current]')?.scrollIntoView({ block: 'nearest' });
  }, [step]);
  const chosen = [...after.steps, ...before.steps].find((each) => each.key === step);
  const differs = sentences.some((each) => each.step === step);
  return (
    <div ref={ref} className={css.compare} data-narrow={narrow || undefined}>
      {/* How wide it is decides where the drawing begins. */}
      {width > 0 && (!narrow || view === 'drawn') && (
        <div className={css.drawing}>
          <CompareDrawing
            journeyKey={journeyKey}
            before={before}
            after={after}
            names={names}
            comparison={comparison}
            step={step}
            onStep={onStep}
          />
        </div>
      )}
      <aside className={css.beside} aria-label="What differs">
        <Segmented label="How to show it" value={view} choices={views} onChange={(next) => setAddress({ view: next })} />
        <p className="quiet" role="status">
          {sentences.length === 0
            ? `Between ${sayVersion(from)} and ${sayVersion(to)} nothing differs.`
            : `From ${sayVersion(from)} to ${sayVersion(to)}: ${plural(sentences.length, 'change')}.`}
        </p>
        {chosen && !differs && <p className={css.same}>{sayCard(chosen, names)}: the same in both.</p>}
        {narrow && view === 'drawn' ? (
          differs && <ChangeList sentences={sentences.filter((each) => each.step === step)} step={step} />
        ) : view === 'text' ? (
          <DiffView
            before={toText('journey', before)}
            after={toText('journey', after)}
            label={`From ${sayVersion(from)} to ${sayVersion(to)}`}
          />
        ) : (
          <ChangeList sentences={sentences} step={step} onStep={onStep} />
        )}
      </aside>
    </div>
  );
}
