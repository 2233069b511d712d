import { useEffect } from 'react';
import { useList } from '../query.ts';
import type { Rehearsal } from './words.ts';

/** Who goes through a journey, in pages; one that is asked for is looked for page by page. */
export function useRehearsedRuns({ id, runsOf }: Rehearsal, journey: string, wanted: string | undefined) {
  const isKept = runsOf.includes(journey);
  const list = useList('listRehearsedRuns', { params: { id, journey }, query: { limit: 100 } }, { enabled: isKept });
  const run = wanted === undefined ? undefined : list.rows.find((each) => each.run === wanted);
  const { more, loadMore, loadingMore } = list;
  const looks = wanted !== undefined && run === undefined && more;
  useEffect(() => {
    if (looks && !loadingMore) loadMore();
  }, [looks, loadingMore, loadMore]);
  return { list, run, looks, isKept };
}
