import { useMemo } from 'react';
import { useStages } from '../parts/stage-badge.tsx';
import { useRoute } from '../query.ts';
import type { Names } from './read-journey.ts';

/** The names of templates and stages, for the sentences of steps. */
export function useNames(): Names {
  const templates = useRoute('listDefinitions', { query: { kind: 'template' } }, { staleTime: 60_000 }).data;
  const stages = useStages();
  return useMemo(
    () => ({
      templates: new Map((templates?.items ?? []).map((row) => [row.key, row.name])),
      stages: new Map(stages.map((stage) => [stage.key, stage.name])),
    }),
    [templates, stages],
  );
}
