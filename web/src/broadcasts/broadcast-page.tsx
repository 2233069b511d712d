import { useParams } from '@tanstack/react-router';
import { ProblemView } from '../parts/problem.tsx';
import { ScreenSkeleton } from '../parts/skeleton.tsx';
import { useRoute } from '../query.ts';
import { EditBroadcast } from './edit-broadcast.tsx';
import { LiveBroadcast } from './live-broadcast.tsx';

/** One broadcast: a draft is written, whatever has been started is watched and steered. */
export function BroadcastPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const broadcast = useRoute('getBroadcast', { params: { id } });
  if (broadcast.error) return <ProblemView problem={broadcast.error} again={() => void broadcast.refetch()} page />;
  if (!broadcast.data) return <ScreenSkeleton />;
  return broadcast.data.state === 'draft' ? (
    <EditBroadcast key={id} broadcast={broadcast.data} />
  ) : (
    <LiveBroadcast key={id} broadcast={broadcast.data} />
  );
}
