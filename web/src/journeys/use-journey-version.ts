import type { ProblemError, Reply } from '../api.ts';
import { useRoute } from '../query.ts';

export interface ShownVersion {
  definition: Reply<'getDefinition'> | undefined;
  ready: boolean;
  problem: ProblemError | null;
  body: unknown;
  /** What people enter by now. */
  live: unknown;
  /** Null when it is the draft, or when all versions are counted together. */
  version: number | null;
  /** The live version is drawn, with the counts of all versions. */
  all: boolean;
  isDraft: boolean;
  published: boolean;
  hasDraft: boolean;
  current: number | null;
  versions: Reply<'listVersions'>['items'];
  mistakes: Reply<'getDefinition'>['mistakes'];
}

/** The body that the address asks for: what is live, an earlier version, or the draft. */
export function useJourneyVersion(key: string, wanted: string | undefined): ShownVersion {
  const at = { kind: 'journey', key } as const;
  const definition = useRoute('getDefinition', { params: at });
  const versions = useRoute('listVersions', { params: at });
  const current = definition.data?.version ?? null;
  const published = current !== null;
  const number = wanted !== undefined && /^\d+$/.test(wanted) ? Number(wanted) : current;
  const all = wanted === 'all' && published;
  const isDraft = definition.data !== undefined && (!published || wanted === 'draft');
  const earlier = !isDraft && number !== null && number !== current;
  const old = useRoute('getVersion', { params: { ...at, version: number ?? 0 } }, { enabled: definition.data !== undefined && earlier });
  return {
    definition: definition.data,
    ready: definition.data !== undefined && (!earlier || old.data !== undefined),
    problem: definition.error ?? (earlier ? old.error : null),
    body: isDraft ? definition.data?.draft : earlier ? old.data?.body : definition.data?.published,
    live: definition.data?.published,
    version: isDraft || all ? null : number,
    all,
    isDraft,
    published,
    current,
    hasDraft: definition.data?.hasDraft ?? false,
    versions: versions.data?.items ?? [],
    mistakes: isDraft ? (definition.data?.mistakes ?? []) : [],
  };
}
