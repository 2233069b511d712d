import { useIsMutating } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useSyncExternalStore } from 'react';
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

/** Real time as the screens see it: one beat for all of them. */
const beatMs = 5_000;
let beat = Date.now();
const watchers = new Set<() => void>();
let beating: ReturnType<typeof setInterval> | undefined;
function watchBeat(watcher: () => void): () => void {
  watchers.add(watcher);
  beating ??= setInterval(() => {
    beat = Date.now();
    for (const each of watchers) each();
  }, beatMs);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0) return;
    clearInterval(beating);
    beating = undefined;
  };
}

/** The practice clock: what the server last answered, and whether somebody turns it. It is asked often while it is being turned. */
export function useClock() {
  const { workspace } = useCurrent();
  const own = useIsMutating({ mutationKey: ['turnClock'] }) > 0;
  const clock = useRoute('getClock', undefined, {
    enabled: workspace.practice,
    refetchInterval: ({ state }) => (own || state.data?.turning ? 500 : 30_000),
  });
  const turning = own || (clock.data?.turning ?? false);
  return { now: clock.data?.now, askedAt: clock.dataUpdatedAt, turning, progress: turning ? (clock.data?.progress ?? null) : null };
}

/** The workspace's now: real time, or the practice clock, which runs on from its last answer and stands only while it is being turned. */
export function useNow(): number {
  const { workspace } = useCurrent();
  const real = useSyncExternalStore(watchBeat, () => beat);
  const clock = useClock();
  if (!workspace.practice) return real;
  if (clock.now === undefined) return Date.parse(workspace.now);
  return Date.parse(clock.now) + (clock.turning ? 0 : Math.max(0, real - clock.askedAt));
}
