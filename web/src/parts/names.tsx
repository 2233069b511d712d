import type { DefinitionKind } from '#contract/definition.ts';
import { useRoute } from '../query.ts';

/** What a definition is called, by its kind and key; the key where there is no such definition. */
export function useNameOf(): (kind: DefinitionKind, key: string) => string {
  const { data } = useRoute('listDefinitions', { query: {} }, { staleTime: 60_000 });
  return (kind, key) => data?.items.find((row) => row.kind === kind && row.key === key)?.name || key;
}

/** The same, where it stands in a row. */
export function NameOf({ kind, of }: { kind: DefinitionKind; of: string }) {
  return <>{useNameOf()(kind, of)}</>;
}
