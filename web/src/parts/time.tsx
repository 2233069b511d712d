import { useNow, useWorkspace } from '../session/workspace.tsx';
import { format, sayAgo, sayExact } from './say-time.ts';

/** An instant: how long ago by the workspace's clock (`until`: how long until then), the exact one in the workspace's zone on hover. */
export function Time({ at, as = 'ago', zone }: { at: string | null; as?: 'ago' | 'until' | 'date' | 'exact' | 'clock'; zone?: string }) {
  const now = useNow();
  const workspace = useWorkspace();
  if (at === null) return <span className="faint">never</span>;
  const instant = Date.parse(at);
  const inZone = zone ?? workspace.zone;
  const text =
    as === 'ago' || as === 'until'
      ? sayAgo(instant, now, workspace.language, inZone, as === 'until')
      : as === 'date'
        ? format(workspace.language, inZone, { day: 'numeric', month: 'short', year: 'numeric' }).format(instant)
        : as === 'clock'
          ? format(workspace.language, inZone, { hour: '2-digit', minute: '2-digit' }).format(instant)
          : format(workspace.language, inZone, {
              day: 'numeric',
              month: 'short',
              year: 'numeric',
              hour: '2-digit',
              minute: '2-digit',
            }).format(instant);
  return (
    <time dateTime={at} data-tip={sayExact(instant, workspace.language, inZone)} style={{ whiteSpace: 'nowrap' }}>
      {text}
    </time>
  );
}
