import { ActionIcon } from '@mantine/core';
import { IconChevronRight, IconCopy, IconTrash } from '@tabler/icons-react';
import { type ReactNode, useId } from 'react';
import css from './edit-score.module.css';
import { sayPoints } from './say-score.ts';

interface LineCardProps {
  /** Where it stands: signals.2. */
  place: string;
  points: number;
  because: string;
  /** What it counts, in words. */
  words: string;
  /** How it fades, and in which group it counts. */
  note: string;
  mistakes: number;
  open: boolean;
  onOpen: (open: boolean) => void;
  onCopy: () => void;
  onRemove: () => void;
  children: ReactNode;
}

/** A line of a score: closed, it reads as one sentence; open, it is its form. */
export function LineCard({ place, points, because, words, note, mistakes, open, onOpen, onCopy, onRemove, children }: LineCardProps) {
  const id = useId();
  const name = because || 'a new line';
  return (
    <li className={css.line} data-line={place} data-open={open || undefined} data-wrong={mistakes > 0 || undefined}>
      <div className={css.lineHead}>
        <button type="button" className={css.lineButton} aria-expanded={open} aria-controls={id} onClick={() => onOpen(!open)}>
          <IconChevronRight size={15} className={css.chevron} aria-hidden="true" />
          <span className={css.linePoints}>{sayPoints(points)}</span>
          <span className={css.lineWords}>
            <span className={css.lineName}>{because || <span className="faint">New line</span>}</span>
            {!open && <span className={css.lineNote}>{[words === because ? '' : words, note].filter(Boolean).join(' · ')}</span>}
          </span>
          {mistakes > 0 && <span className={css.wrong}>{mistakes === 1 ? 'to mend' : `${mistakes} to mend`}</span>}
        </button>
        <ActionIcon aria-label={`Copy ${name}`} data-tip="Copy" onClick={onCopy}>
          <IconCopy size={15} />
        </ActionIcon>
        <ActionIcon aria-label={`Remove ${name}`} data-tip="Remove" onClick={onRemove}>
          <IconTrash size={15} />
        </ActionIcon>
      </div>
      {open && (
        <div className={css.lineBody} id={id}>
          {children}
        </div>
      )}
    </li>
  );
}
