import { useMemo, useState } from 'react';
import { plural } from '../parts/number.ts';
import css from './diff-view.module.css';
import { type DiffLine, foldDiff, lineDiff } from './line-diff.ts';

const signs = { same: ' ', added: '+', removed: '−' } as const;
const says = { added: 'Added', removed: 'Removed' } as const;

function Line({ line }: { line: DiffLine }) {
  return (
    <div className={css.line} data-kind={line.kind}>
      {line.kind === 'same' ? (
        <span className={css.sign} aria-hidden="true">
          {signs.same}
        </span>
      ) : (
        <span className={css.sign} role="img" aria-label={says[line.kind]}>
          {signs[line.kind]}
        </span>
      )}
      <span>{line.text || ' '}</span>
    </div>
  );
}

/** What changed between two texts, line by line. */
export function DiffView({ before, after, label }: { before: string; after: string; label: string }) {
  const lines = useMemo(() => lineDiff(before, after), [before, after]);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  if (lines.every((line) => line.kind === 'same')) return <p className="faint">Nothing differs.</p>;
  const added = lines.filter((line) => line.kind === 'added').length;
  const removed = lines.filter((line) => line.kind === 'removed').length;
  return (
    <figure className={css.diff}>
      <figcaption>
        {label} <span className={css.added}>+{added}</span> <span className={css.removed}>−{removed}</span>
      </figcaption>
      <section className={css.lines} tabIndex={0} aria-label={label}>
        {foldDiff(lines).map((stretch, index) =>
          stretch.folded ? (
            open.has(stretch.at) ? (
              lines.slice(stretch.at, stretch.at + stretch.count).map((line, at) => <Line key={`${stretch.at + at}`} line={line} />)
            ) : (
              <button key={`fold ${stretch.at}`} type="button" className={css.fold} onClick={() => setOpen(new Set([...open, stretch.at]))}>
                {plural(stretch.count, 'equal line')}
              </button>
            )
          ) : (
            stretch.lines.map((line, at) => <Line key={`${index} ${at}`} line={line} />)
          ),
        )}
      </section>
    </figure>
  );
}
