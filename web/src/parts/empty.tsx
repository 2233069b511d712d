import type { ReactNode } from 'react';
import css from './empty.module.css';

/** Nothing here yet: what would be here, what makes it come, and one action. */
export function Empty({
  title,
  children,
  action,
  small = false,
  page = false,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  small?: boolean;
  /** It is the whole screen, so its title is the screen's. */
  page?: boolean;
}) {
  return (
    <div className={css.empty} data-small={small || undefined}>
      {!small && (
        <svg width="132" height="48" viewBox="0 0 132 48" fill="none" aria-hidden="true">
          <path d="M2 36H34C52 36 50 12 70 12H130" stroke="var(--line-2)" strokeWidth="2" strokeLinecap="round" />
          <circle cx="22" cy="36" r="4" fill="var(--surface)" stroke="var(--line-2)" strokeWidth="2" />
          <circle cx="52" cy="24" r="5" fill="var(--accent-soft)" stroke="var(--accent)" strokeWidth="2" />
          <circle cx="96" cy="12" r="4" fill="var(--surface)" stroke="var(--line-2)" strokeWidth="2" strokeDasharray="2 3" />
        </svg>
      )}
      {page ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children && <p>{children}</p>}
      {action && <div className={css.action}>{action}</div>}
    </div>
  );
}
