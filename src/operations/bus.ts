import type { LiveTopic } from '#contract/routes/operate.ts';
import type { Database } from '#store/database.ts';

/** What the loops and the live streams are told, in this process and in all others. */
export interface Bus {
  /** There is work: facts in these lanes, or, without lanes, due messages and anything else. */
  pokeWork(lanes?: Iterable<number>): void;
  onWork(hear: (lanes: readonly number[]) => void): () => void;
  /** Something changed in a workspace that a view may show. */
  changed(workspace: number, topics: readonly LiveTopic[]): void;
  onChange(hear: (workspace: number, topics: readonly LiveTopic[]) => void): () => void;
  close(): Promise<void>;
}

const channel = 'throughline';

/** A bus over the database's notifications. Own listeners hear at once; other processes at most ten times a second, with everything that gathered. */
export async function openBus(db: Database, origin: string): Promise<Bus> {
  const workers = new Set<(lanes: readonly number[]) => void>();
  const watchers = new Set<(workspace: number, topics: readonly LiveTopic[]) => void>();
  const gathered = new Map<number, Set<LiveTopic>>();
  let work = false;
  const lanesWithWork = new Set<number>();
  let timer: NodeJS.Timeout | null = null;

  const tellOthers = (): void => {
    timer = null;
    const payload = JSON.stringify({
      from: origin,
      work,
      lanes: [...lanesWithWork],
      changes: [...gathered].map(([workspace, topics]) => [workspace, [...topics]]),
    });
    work = false;
    lanesWithWork.clear();
    gathered.clear();
    // A lost notification costs at most a poll's time; the next one carries on.
    db.notify(channel, payload).catch(() => undefined);
  };
  const soon = (): void => {
    timer ??= setTimeout(tellOthers, 100);
  };

  const stopListening = await db.listen(channel, (payload) => {
    const message = JSON.parse(payload) as { from: string; work: boolean; lanes: number[]; changes: [number, LiveTopic[]][] };
    if (message.from === origin) return;
    if (message.work) for (const hear of workers) hear(message.lanes);
    for (const [workspace, topics] of message.changes) for (const hear of watchers) hear(workspace, topics);
  });

  const listener =
    <T>(set: Set<T>) =>
    (hear: T) => {
      set.add(hear);
      return () => void set.delete(hear);
    };
  return {
    pokeWork(lanes = []) {
      const list = [...lanes];
      for (const hear of workers) hear(list);
      for (const lane of list) lanesWithWork.add(lane);
      work = true;
      soon();
    },
    onWork: listener(workers),
    changed(workspace, topics) {
      for (const hear of watchers) hear(workspace, topics);
      const there = gathered.get(workspace) ?? new Set();
      for (const topic of topics) there.add(topic);
      gathered.set(workspace, there);
      soon();
    },
    onChange: listener(watchers),
    async close() {
      if (timer) clearTimeout(timer);
      await stopListening();
    },
  };
}
