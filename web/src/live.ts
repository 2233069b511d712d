import { useEffect, useSyncExternalStore } from 'react';
import type { LiveTopic } from '#contract/routes/operate.ts';
import type { RouteName } from './api.ts';
import { queryClient, renew } from './query.ts';

/** Which answers a topic makes old. */
const watches: Record<LiveTopic, RouteName[]> = {
  people: [
    'listPeople',
    'listTasks',
    'countTasks',
    'countPeople',
    'getPerson',
    'personTimeline',
    'listMerges',
    'personWhy',
    'lifecycleBoard',
    'segmentPeople',
    'segmentCount',
    'getHome',
    'personScore',
    'scoreLog',
    'listSegments',
    'getSegment',
    'segmentLog',
    'listFields',
  ],
  events: ['listEvents', 'getHome', 'personTimeline'],
  refusals: ['listRefusals', 'getHome', 'listFields', 'refusedValues'],
  messages: ['traceRun', 'listMessages', 'countMessages', 'getMessage', 'listKillSwitches', 'personTimeline', 'getPerson', 'getHome'],
  mailbox: ['listMailbox'],
  definitions: [
    'listExperiments',
    'listDefinitions',
    'getDefinition',
    'listVersions',
    'listReviews',
    'getRamp',
    'listJourneys',
    'lifecycleBoard',
    'listAudit',
    'getHome',
    'listScores',
    'getScore',
    'listSegments',
    'getSegment',
    'getVocabulary',
    'listBackfills',
    'listFields',
    'getMap',
  ],
  clock: ['getClock', 'getSession', 'getRamp'],
  runs: [
    'listJourneys',
    'getJourneyCounts',
    'getRamp',
    'previewMigration',
    'listMigrations',
    'listTasks',
    'countTasks',
    'getPerson',
    'personTimeline',
    'traceRun',
  ],
  settings: ['getSettings', 'getDefinition', 'listReviews', 'listKeys', 'listKillSwitches', 'listAudit', 'getSession', 'getHome'],
  backfill: [
    'listBackfills',
    'listScores',
    'getScore',
    'scoreLog',
    'personScore',
    'listSegments',
    'getSegment',
    'segmentLog',
    'segmentOverlap',
    'getPerson',
  ],
  broadcasts: ['listBroadcasts', 'getBroadcast', 'listBroadcastPeople', 'getEstimate'],
  rehearsals: ['listRehearsals', 'getRehearsal', 'listRehearsedRuns'],
  identities: ['listReview', 'listRefusedNames', 'listUndoneMerges', 'listMerges', 'getPerson'],
  imports: ['listImports', 'getImport', 'listAudit'],
};

export type LiveState = 'connecting' | 'live' | 'broken';
let state: LiveState = 'connecting';
const listeners = new Set<() => void>();
const setState = (next: LiveState): void => {
  if (state === next) return;
  state = next;
  for (const listener of listeners) listener();
};
export const useLiveState = (): LiveState =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );

/** At least this long lies between two renewals, so that a burst of facts costs one question. */
const pauseMs = 1_000;
const retryMs = 3_000;

/** Listens to the workspace's live stream while mounted, and renews what it names. */
export function useLive(workspace: string): void {
  useEffect(() => {
    const waiting = new Set<RouteName>();
    let timer: ReturnType<typeof setTimeout> | null = null;
    let last = 0;
    const flush = (): void => {
      timer = null;
      last = Date.now();
      const names = [...waiting];
      waiting.clear();
      void renew(queryClient, names);
    };
    setState('connecting');
    let source: EventSource;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const listen = (): void => {
      source = new EventSource(`/api/live?workspace=${encodeURIComponent(workspace)}`);
      source.onopen = () => {
        if (state === 'broken') void queryClient.invalidateQueries(); // what was missed meanwhile
        setState('live');
      };
      source.onerror = () => {
        setState('broken');
        if (source.readyState === EventSource.CLOSED) retry = setTimeout(listen, retryMs); // an answer that is no stream makes the browser give up
      };
      source.onmessage = (message) => {
        const { topics = [] } = JSON.parse(String(message.data)) as { topics?: LiveTopic[] };
        for (const topic of topics) for (const name of watches[topic] ?? []) waiting.add(name);
        if (waiting.size > 0) timer ??= setTimeout(flush, Math.max(0, last + pauseMs - Date.now()));
      };
    };
    listen();
    return () => {
      source.close();
      clearTimeout(retry);
      if (timer !== null) clearTimeout(timer);
    };
  }, [workspace]);
}
