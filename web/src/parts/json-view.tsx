import { memo, useState } from 'react';
import { Copy } from './copy.tsx';
import css from './json-view.module.css';

const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null;

function Node({ name, value, depth }: { name: string | null; value: unknown; depth: number }) {
  const [open, setOpen] = useState(depth < 3);
  const label = name === null ? null : <span className={css.key}>{name}</span>;
  if (!isBranch(value)) {
    return (
      <div className={css.line} style={{ paddingLeft: depth * 14 + 16 }}>
        {label}
        <span className={css.value} data-type={value === null ? 'null' : typeof value}>
          {typeof value === 'string' ? JSON.stringify(value) : String(value)}
        </span>
      </div>
    );
  }
  const entries = Object.entries(value);
  const [left, right] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) {
    return (
      <div className={css.line} style={{ paddingLeft: depth * 14 + 16 }}>
        {label}
        <span className={css.mark}>{left + right}</span>
      </div>
    );
  }
  return (
    <div>
      <button type="button" className={css.line} style={{ paddingLeft: depth * 14 }} aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className={css.arrow} aria-hidden="true">
          ›
        </span>
        {label}
        <span className={css.mark}>{open ? left : `${left} ${entries.length} ${right}`}</span>
      </button>
      {open && entries.map(([key, part]) => <Node key={key} name={Array.isArray(value) ? null : key} value={part} depth={depth + 1} />)}
      {open && (
        <div className={css.mark} style={{ paddingLeft: depth * 14 + 16 }}>
          {right}
        </div>
      )}
    </div>
  );
}

/** Raw JSON that can be folded and copied. */
export const JsonView = memo(function JsonView({
  value,
  label = 'Raw JSON',
  bare = false,
}: {
  value: unknown;
  label?: string;
  bare?: boolean;
}) {
  return (
    <div className={css.view} data-bare={bare || undefined}>
      <div className={css.copy}>
        <Copy text={JSON.stringify(value, null, 2)} what="JSON" />
      </div>
      <section className={css.tree} aria-label={label} tabIndex={0}>
        <Node name={null} value={value} depth={0} />
      </section>
    </div>
  );
});
