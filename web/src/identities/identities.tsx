import { useAddress } from '../parts/address.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { useList } from '../query.ts';
import { Held } from './held.tsx';
import { RefusedNames } from './refused-names.tsx';
import { UndoneMerges } from './undone-merges.tsx';

type Tab = 'held' | 'refused' | 'undone';

/** Who is who: people who are held for review, names that name nobody, merges that were undone. */
export function Identities() {
  const [address, setAddress] = useAddress();
  const held = useList('listReview', { query: { limit: 100 } });
  const tab: Tab = address.tab === 'refused' || address.tab === 'undone' ? address.tab : 'held';
  const bar = (
    <Segmented
      label="What to look at"
      value={tab}
      choices={[
        {
          value: 'held',
          label: 'Held for review',
          ...(held.loaded && held.rows.length > 0 && !held.more ? { count: held.rows.length } : {}),
        },
        { value: 'refused', label: 'Refused names' },
        { value: 'undone', label: 'Undone merges' },
      ]}
      onChange={(next) => setAddress({ tab: next === 'held' ? undefined : next, peek: undefined }, { replace: false })}
    />
  );
  if (tab === 'refused') return <RefusedNames bar={bar} />;
  if (tab === 'undone') return <UndoneMerges bar={bar} />;
  return <Held bar={bar} list={held} />;
}
