import { Checkbox } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Reply } from '../api.ts';
import { CircleDrawing } from '../map/circle.tsx';
import { plural } from '../parts/number.ts';
import { upper } from '../parts/upper.ts';
import css from './left-open.module.css';

const sentence = (text: string): string => `${upper(text)}${/[.?!]$/.test(text) ? '' : '.'}`;

type Warning = Reply<'checkDefinition'>['warnings'][number];

/** What a draft leaves open: where, what and why, and how to mend it. */
export function LeftOpenList({
  warnings,
  label,
  where,
}: {
  warnings: readonly Warning[];
  /** What the list is called by those who do not see what stands over it. */
  label: string;
  /** What a place in the draft is called; its path unless it is given. */
  where?: ((path: string) => string) | undefined;
}) {
  return (
    <ul className={css.list} aria-label={label}>
      {warnings.map(({ path, message, mend, circle }) => (
        <li key={`${path} ${message}`}>
          <IconAlertTriangle size={16} aria-hidden="true" />
          <div>
            <p className={css.where}>{where ? where(path) : <code>{path || 'all of it'}</code>}</p>
            <p className={css.message}>{sentence(message)}</p>
            <p className="quiet">{mend}</p>
            {circle && <CircleDrawing circle={circle} />}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** What a draft leaves open, and the word of whoever publishes it all the same. */
export function PublishesOpen({
  warnings,
  where,
  taken,
  onTake,
}: {
  warnings: readonly Warning[];
  where?: ((path: string) => string) | undefined;
  taken: boolean;
  onTake: (taken: boolean) => void;
}) {
  const things = plural(warnings.length, 'thing', 'things');
  return (
    <section className={css.asks} aria-label="Left open">
      <p className={css.title}>{things} left open</p>
      <LeftOpenList warnings={warnings} label={`${things} left open`} where={where} />
      <Checkbox
        checked={taken}
        onChange={(event) => onTake(event.currentTarget.checked)}
        label={`Publish with ${things} left open`}
        required
        className={css.take}
      />
    </section>
  );
}
