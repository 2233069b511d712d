import { messageStatuses } from 'contract:words';
import type { ReactNode } from 'react';
import type { MessageReason, MessageStatus } from '#contract/message.ts';
import type { Reply } from '../api.ts';
import type { Search } from '../parts/address.tsx';
import { sayNumber } from '../parts/number.ts';
import { Pills } from '../parts/pills.tsx';
import { useSideFade } from '../parts/side-fade.ts';
import { Bone } from '../parts/skeleton.tsx';
import { statusTones, statusWords } from '../parts/tone.tsx';
import css from './message-counts.module.css';
import { reasonWords } from '#contract/reason-words.ts';

type Counts = Reply<'countMessages'>['counts'];
const sum = (rows: Counts): number => rows.reduce((total, row) => total + row.count, 0);
const always: readonly MessageStatus[] = ['sent', 'held', 'skipped', 'failed'];

interface MessageCountsProps {
  counts: Counts | undefined;
  status: MessageStatus | undefined;
  reason: MessageReason | undefined;
  onChange: (change: Search) => void;
  /** What else narrows the list; it stands before the reasons. */
  children?: ReactNode;
}
/** How many messages stand where, and for which reason; each number filters the list under it. */
export function MessageCounts({ counts, status, reason, onChange, children }: MessageCountsProps) {
  const tileRow = useSideFade<HTMLFieldSetElement>();
  const reasonRow = useSideFade<HTMLDivElement>();
  if (!counts)
    return (
      <div className={css.counts} aria-busy="true">
        {always.map((key) => (
          <span key={key} className={css.tile}>
            <Bone width={40} />
            <Bone width={60} />
          </span>
        ))}
      </div>
    );
  const tiles = messageStatuses
    .map((key) => ({ key, count: sum(counts.filter((row) => row.status === key)) }))
    .filter((tile) => tile.count > 0 || always.includes(tile.key) || tile.key === status);
  const reasons = Object.entries(
    Object.groupBy(
      counts.filter((row) => row.reason !== null && (status === undefined || row.status === status)),
      (row) => row.reason!,
    ),
  )
    .map(([key, rows]) => ({ value: key, label: reasonWords[key as MessageReason], count: sum(rows ?? []) }))
    .sort((a, b) => b.count - a.count);
  if (reason !== undefined && !reasons.some((row) => row.value === reason))
    reasons.push({ value: reason, label: reasonWords[reason], count: 0 });
  return (
    <div className={css.counts}>
      <fieldset ref={tileRow} className={css.tiles}>
        <legend className="visually-hidden">By status</legend>
        <Tile
          label="All"
          count={sum(counts)}
          on={status === undefined}
          onClick={() => onChange({ status: undefined, reason: undefined })}
        />
        {tiles.map(({ key, count }) => (
          <Tile
            key={key}
            label={statusWords[key]}
            count={count}
            tone={count === 0 ? undefined : statusTones[key]}
            on={status === key}
            onClick={() => onChange({ status: status === key ? undefined : key, reason: undefined })}
          />
        ))}
      </fieldset>
      <div ref={reasonRow} className={css.reasons}>
        {children}
        {(reasons.length > 1 || reason !== undefined) && (
          <Pills label="By reason" choices={reasons} value={reason} onChange={(next) => onChange({ reason: next })} />
        )}
      </div>
    </div>
  );
}

function Tile({
  label,
  count,
  tone,
  on,
  onClick,
}: {
  label: string;
  count: number;
  tone?: string | undefined;
  on: boolean;
  onClick: () => void;
}) {
  return (
    <button type="button" className={css.tile} data-tone={tone} aria-pressed={on} onClick={onClick}>
      <span className={css.number}>{sayNumber(count)}</span>
      <span className={css.label}>{label}</span>
    </button>
  );
}
