/** consent: the answer. id: who this browser is. queue: what has not been delivered yet. */
type Name = 'consent' | 'id' | 'queue';

const names: Name[] = ['consent', 'id', 'queue'];
export const storageKey = (name: Name): string => 'throughline:' + name;

/**
 * localStorage, where the browser lets us: Safari and blocked cookies throw on the mere access, a full one on writing.
 * Everything here also lives in memory, so a refusal costs only what would have survived the page.
 * Before consent only `consent` is read: without it nobody could know whether there is one.
 */
export function openStore() {
  let writable = false;

  function attempt<T>(act: (area: Storage) => T): T | undefined {
    try {
      return act(window.localStorage);
    } catch {
      // Refused, full, or not JSON: the memory has it.
      return undefined;
    }
  }

  const put = (name: Name, value: unknown) => attempt((area) => area.setItem(storageKey(name), JSON.stringify(value)));

  return {
    read<T>(name: Name): T | undefined {
      return attempt((area) => JSON.parse(area.getItem(storageKey(name)) ?? 'null') ?? undefined) as T | undefined;
    },
    write(name: Name, value: unknown): void {
      if (writable) put(name, value);
    },
    open(): void {
      writable = true;
    },
    /** Takes back all that was stored and stores no more, except the refusal itself where forgetting it would undo it. */
    close(refusal?: unknown): void {
      writable = false;
      for (const name of names) attempt((area) => area.removeItem(storageKey(name)));
      if (refusal) put('consent', refusal);
    },
  };
}

export type Store = ReturnType<typeof openStore>;
