import type { CSSProperties } from 'react';
import type { Reply } from '../api.ts';
import { useRoute } from '../query.ts';
import css from './stage-badge.module.css';

export type Stage = Reply<'lifecycleBoard'>['stages'][number];

/** The stages of the lifecycle, for names and hues by key. */
export function useStages(): Stage[] {
  return useRoute('lifecycleBoard', undefined, { staleTime: 60_000 }).data?.stages ?? [];
}

/** The hue of a stage as a style; every stage has the same lightness. */
export const hue = (value: number): CSSProperties => ({ '--h': value }) as CSSProperties;

/** A stage by its key: one colour wherever it stands. */
export function StageBadge({ stage }: { stage: string | null }) {
  const found = useStages().find((row) => row.key === stage);
  if (stage === null) return <span className={css.none}>No stage</span>;
  return (
    <span className={css.badge} style={hue(found?.hue ?? 280)}>
      {found?.name ?? stage}
    </span>
  );
}

export function StageDot({ hue: value, size = 8 }: { hue: number; size?: number }) {
  return <span className={css.dot} style={{ ...hue(value), width: size, height: size }} aria-hidden="true" />;
}
