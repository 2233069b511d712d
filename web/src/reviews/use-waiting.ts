import type { Reply } from '../api.ts';
import { useRoute } from '../query.ts';
import { useSession } from '../session/workspace.tsx';

export type ReviewRow = Reply<'listReviews'>['items'][number];

/** Whether a draft waits for whoever is signed in: whoever made the last change cannot review it. */
export function useIsForYou(): (row: Pick<ReviewRow, 'lastChangeBy' | 'askedBy'>) => boolean {
  const { name } = useSession();
  return (row) => row.lastChangeBy !== name && row.askedBy !== name;
}

/** How many drafts wait for a review by you. */
export function useWaiting(): number {
  const isForYou = useIsForYou();
  return useRoute('listReviews', undefined, { staleTime: 60_000 }).data?.items.filter(isForYou).length ?? 0;
}
