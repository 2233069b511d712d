import { IconAlertTriangle } from '@tabler/icons-react';
import css from './warnings.module.css';

/** What deserves a second look, a sentence each. */
export function Warnings({ of }: { of: readonly string[] }) {
  return (
    <ul className={css.warnings}>
      {of.map((sentence) => (
        <li key={sentence}>
          <IconAlertTriangle size={15} aria-hidden="true" /> <span>{sentence}</span>
        </li>
      ))}
    </ul>
  );
}
