import { StepFilter } from '../journeys/step-filter.tsx';
import type { Search } from '../parts/address.tsx';
import { FilterWord } from '../parts/filter-word.tsx';
import { useStages } from '../parts/stage-badge.tsx';
import { useRoute } from '../query.ts';

/** The filter, written as a sentence: in Consult, in segment Active, on journey Welcome, at Wait 2 days. */
export function PeopleFilter({ address, onChange }: { address: Search; onChange: (change: Search) => void }) {
  const stages = useStages();
  const segments = useRoute('listDefinitions', { query: { kind: 'segment' } }, { staleTime: 60_000 });
  const journeys = useRoute('listJourneys', undefined, { staleTime: 60_000 });
  const known = useRoute('listFields', undefined, { staleTime: 60_000, enabled: address.trait !== undefined });
  const fields = (known.data?.items ?? []).filter((row) => row.people > 0).map((row) => ({ value: row.path, label: row.name }));
  const set = (key: string) => (value: string | undefined) => onChange({ [key]: value, peek: undefined });
  return (
    <>
      <FilterWord
        lead="in"
        anything="any stage"
        value={address.stage}
        onChange={set('stage')}
        choices={[
          ...stages.map((stage) => ({ value: stage.key, label: stage.name, hue: stage.hue })),
          { value: 'none', label: 'no stage' },
        ]}
      />
      <FilterWord
        lead="in"
        anything="any segment"
        value={address.segment}
        onChange={set('segment')}
        choices={(segments.data?.items ?? []).filter((row) => row.version !== null).map((row) => ({ value: row.key, label: row.name }))}
      />
      <FilterWord
        lead="on"
        anything="any journey"
        value={address.journey}
        onChange={(journey) => onChange({ journey, step: undefined, run: undefined, peek: undefined })}
        choices={(journeys.data?.items ?? []).map((row) => ({ value: row.key, label: row.name }))}
      />
      {address.trait && <FilterWord lead="with" anything="any field" value={address.trait} onChange={set('trait')} choices={fields} />}
      {address.journey && (
        <FilterWord
          lead="who"
          anything="are in it now"
          value={address.run}
          onChange={set('run')}
          choices={[
            { value: 'week', label: 'entered in the last 7 days' },
            { value: 'goal', label: 'met its goal' },
            { value: 'any', label: 'were ever in it' },
          ]}
        />
      )}
      {address.journey && <StepFilter journey={address.journey} value={address.step} onChange={set('step')} />}
    </>
  );
}
