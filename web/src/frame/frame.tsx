import { useLocalStorage } from '@mantine/hooks';
import { Navigate, Outlet, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useEffect } from 'react';
import { ProblemError } from '../api.ts';
import { useLive } from '../live.ts';
import { ProblemView } from '../parts/problem.tsx';
import { ScreenSkeleton } from '../parts/skeleton.tsx';
import { useRoute } from '../query.ts';
import { landing, rememberWorkspace, WorkspaceProvider } from '../session/workspace.tsx';
import { Away } from './away.tsx';
import { BottomBar } from './bottom-bar.tsx';
import css from './frame.module.css';
import { Rail } from './rail.tsx';
import { TopBar } from './top-bar.tsx';

const Shortcuts = lazy(() => import('./shortcuts.tsx').then((file) => ({ default: file.Shortcuts })));

/** Everything around a screen: rail, top bar, the band of a practice workspace. */
export function Frame() {
  const { workspace: slug } = useParams({ strict: false }) as { workspace: string };
  const session = useRoute('getSession', undefined, { staleTime: 60_000 });
  const [narrow, setNarrow] = useLocalStorage({ key: 'throughline-rail', defaultValue: false, getInitialValueInEffect: false });
  useEffect(() => rememberWorkspace(slug), [slug]);

  if (session.error?.status === 401) return <Navigate to={'/signin' as never} replace />;
  if (session.error) return <ProblemView problem={session.error} again={() => void session.refetch()} page />;
  if (!session.data) return <ScreenSkeleton />;
  const workspace = session.data.workspaces.find((row) => row.slug === slug);
  if (!workspace) {
    const other = landing(session.data);
    return other === null || other === slug ? <ProblemView problem={noWorkspace} page /> : <Navigate to={`/w/${other}` as never} replace />;
  }
  return (
    <WorkspaceProvider key={slug} session={session.data} workspace={workspace}>
      <Listener slug={slug} />
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <div className={css.frame} data-narrow={narrow || undefined} data-practice={workspace.practice || undefined}>
        {workspace.practice && <div className={css.band} role="note" aria-label="Practice workspace" />}
        <TopBar />
        <Away />
        <Rail narrow={narrow} onNarrow={setNarrow} />
        <main id="content" className={css.main} tabIndex={-1}>
          <Outlet />
        </main>
        <BottomBar />
      </div>
      <Suspense fallback={null}>
        <Shortcuts />
      </Suspense>
    </WorkspaceProvider>
  );
}

function Listener({ slug }: { slug: string }) {
  useLive(slug);
  return null;
}

const noWorkspace = new ProblemError(404, {
  code: 'workspace-unknown',
  message: 'There is no workspace that you may use.',
  hint: 'Ask whoever runs this server to give you one.',
  details: null,
});
