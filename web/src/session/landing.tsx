import { Navigate } from '@tanstack/react-router';
import { ProblemView } from '../parts/problem.tsx';
import { ScreenSkeleton } from '../parts/skeleton.tsx';
import { useRoute } from '../query.ts';
import { landing } from './workspace.tsx';

/** The address without a workspace: on to the last used one. */
export function Landing() {
  const session = useRoute('getSession', undefined);
  if (session.error?.status === 401) return <Navigate to={'/signin' as never} />;
  if (session.error) return <ProblemView problem={session.error} again={() => void session.refetch()} page />;
  if (!session.data) return <ScreenSkeleton />;
  return <Navigate to={`/w/${landing(session.data) ?? 'main'}` as never} replace />;
}
