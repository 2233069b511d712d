import { useMemo } from 'react';
import type { DefinitionKind } from '#contract/definition.ts';
import { useStages } from '../parts/stage-badge.tsx';
import { useRoute } from '../query.ts';
import { traitName, nothingKnown } from '../rules/vocabulary.ts';
import type { Names } from './named.ts';

/** The names of everything that the sentences of steps point at. */
export function useNames(): Names {
  const definitions = useRoute('listDefinitions', { query: {} }, { staleTime: 60_000 }).data;
  const vocabulary = useRoute('getVocabulary', undefined, { staleTime: 60_000 }).data ?? nothingKnown;
  const stages = useStages();
  return useMemo(() => {
    const ofKind = (kind: DefinitionKind): Map<string, string> =>
      new Map((definitions?.items ?? []).filter((row) => row.kind === kind).map((row) => [row.key, row.name]));
    return {
      templates: ofKind('template'),
      segments: ofKind('segment'),
      scores: ofKind('score'),
      grades: ofKind('grade'),
      topics: ofKind('topic'),
      journeys: ofKind('journey'),
      stages: new Map(stages.map((stage) => [stage.key, stage.name])),
      fields: new Map(vocabulary.traits.map(({ path }) => [path, traitName(vocabulary, path)])),
    };
  }, [definitions, vocabulary, stages]);
}
