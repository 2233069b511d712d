import { createContext, type ReactNode, use, useEffect, useState } from 'react';
import type { Reply } from '../api.ts';
import { useRoute } from '../query.ts';

export type Session = Reply<'getSession'>;
export type Workspace = Session['workspaces'][number];

const Current = createContext<{ session: Session; workspace: Workspace } | null>(null);

export function WorkspaceProvider({ session, workspace, children }: { session: Session; workspace: Workspace; children: ReactNode }) {
  return <Current value={{ session, workspace }}>{children}</Current>;
}

function useCurrent() {
  const current = use(Current);
  if (current === null) throw new Error('outside of a workspace');
  return current;
}
/** The workspace of the address bar: name, zone, language, currency, whether it is for practice. */
export const useWorkspace = (): Workspace => useCurrent().workspace;
export const useSession = (): Session => useCurrent().session;

const lastKey = 'throughline-workspace';
export const rememberWorkspace = (slug: string): void => localStorage.setItem(lastKey, slug);
/** The last used workspace, else practice, else the first. */
export function landing(session: Session): string | null {
  const slugs = session.workspaces.map((row) => row.slug);
  const last = localStorage.getItem(lastKey);
  if (last !== null && slugs.includes(last)) return last;
  return session.workspaces.find((row) => row.practice)?.slug ?? slugs[0] ?? null;
}

/** The workspace's now: real time that ticks twice a minute, or the practice clock, which stands still until it is turned. */
export function useNow(): number {
  const { workspace } = useCurrent();
  const [real, setReal] = useState(() => Date.now());
  const clock = useRoute('getClock', undefined, { enabled: workspace.practice });
  useEffect(() => {
    const timer = setInterval(() => setReal(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return workspace.practice ? Date.parse(clock.data?.now ?? workspace.now) : real;
}
