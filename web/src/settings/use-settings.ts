import { useState } from 'react';
import type { WorkspaceSettings } from '#contract/routes/operate.ts';
import { said } from '../parts/notify.ts';
import { useChange, useRoute } from '../query.ts';

/** The settings with what has been changed on this screen and not yet saved; "saved" is when nothing differs. */
export function useSettings() {
  const settings = useRoute('getSettings', undefined);
  const put = useChange('putSettings', ['getSettings', 'getSession', 'getHome', 'getDefinition', 'listReviews']);
  const [changes, setChanges] = useState<Partial<WorkspaceSettings>>({});
  const now = settings.data;
  const differing = Object.fromEntries(
    Object.entries(changes).filter(([key, value]) => now && now[key as keyof WorkspaceSettings] !== value),
  ) as Partial<WorkspaceSettings>;
  const set = <K extends keyof WorkspaceSettings>(key: K, value: WorkspaceSettings[K]): void =>
    setChanges((before) => ({ ...before, [key]: value }));
  return {
    query: settings,
    value: now ? { ...now, ...changes } : undefined,
    set,
    /** For a text field: what it holds and what it does. */
    text: (key: { [K in keyof WorkspaceSettings]: WorkspaceSettings[K] extends string ? K : never }[keyof WorkspaceSettings]) => ({
      value: (changes[key] ?? now?.[key] ?? '') as string,
      onChange: (event: { currentTarget: { value: string } }) => set(key, event.currentTarget.value),
      error: put.error?.mistakes.find((mistake) => mistake.path === key)?.message ?? null,
    }),
    changed: Object.keys(differing).length,
    saving: put.isPending,
    problem: put.error,
    reset: () => {
      setChanges({});
      put.reset();
    },
    save: async (): Promise<void> => {
      try {
        await put.mutateAsync({ body: differing });
      } catch {
        return; // the problem stands beside the button
      }
      setChanges({});
      said('Saved.');
    },
  };
}
export type SettingsForm = ReturnType<typeof useSettings>;
