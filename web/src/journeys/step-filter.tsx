import { useMemo } from 'react';
import { FilterWord } from '../parts/filter-word.tsx';
import { useRoute } from '../query.ts';
import { readJourney, sayCard } from './read-journey.ts';
import { useNames } from './use-names.ts';

/** "at Wait 2 days": narrows a list to a step of the journey that it is already narrowed to. */
export function StepFilter({
  journey,
  value,
  onChange,
}: {
  journey: string;
  value: string | undefined;
  onChange: (step: string | undefined) => void;
}) {
  const names = useNames();
  const definition = useRoute('getDefinition', { params: { kind: 'journey', key: journey } }, { staleTime: 60_000 });
  const body = definition.data?.published ?? definition.data?.draft;
  const choices = useMemo(
    () => (readJourney(body)?.steps ?? []).map((step) => ({ value: step.key, label: sayCard(step, names) })),
    [body, names],
  );
  return <FilterWord lead="at" anything="any step" value={value} onChange={onChange} choices={choices} />;
}
