import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { useFocusKept } from './focus-back.ts';
import css from './page.module.css';

interface PageProps {
  title: ReactNode;
  /** The words in the browser's tab, when the title is more than words. */
  tab?: string;
  /** One sentence: what this screen is for. */
  purpose?: ReactNode;
  /** The one primary action, and quiet ones before it. */
  actions?: ReactNode;
  /** Tabs, filters: what stands under the title and does not scroll. */
  bar?: ReactNode;
  /** `fill`: the content takes the rest and scrolls by itself, for lists and canvases. `read`: a narrow column. */
  fit?: 'fill' | 'wide' | 'read';
  /** Where the keyboard goes on after something was done and its button is gone (the title). */
  focusNext?: RefObject<HTMLElement | null>;
  children: ReactNode;
}

/** Every screen: title, one sentence, one action, content. */
export function Page({ title, tab, purpose, actions, bar, fit = 'wide', focusNext, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useFocusKept(heading, focusNext);
  const words = tab ?? (typeof title === 'string' ? title : 'Throughline');
  useEffect(() => {
    document.title = `${words} · Throughline`;
  }, [words]);
  return (
    <div className={css.page}>
      <header className={css.head}>
        <div className={css.words}>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {purpose && <p className={css.purpose}>{purpose}</p>}
        </div>
        {actions && <div className={css.actions}>{actions}</div>}
      </header>
      {bar && <div className={css.bar}>{bar}</div>}
      <div className={css.body} data-fit={fit} {...(fit === 'fill' ? {} : { tabIndex: -1 })}>
        {fit === 'fill' ? (
          children
        ) : (
          <div className={css.column} data-fit={fit}>
            {children}
          </div>
        )}
      </div>
    </div>
  );
}

/** A part of a page: a small heading, an optional sentence and action, and what belongs to it. */
export function Section({
  title,
  hint,
  action,
  children,
  id,
}: {
  title?: ReactNode;
  hint?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
  id?: string;
}) {
  return (
    <section className={css.section} id={id}>
      {(title || action) && (
        <div className={css.sectionHead}>
          <div>
            <h2>{title}</h2>
            {hint && <p className={css.hint}>{hint}</p>}
          </div>
          {action}
        </div>
      )}
      {children}
    </section>
  );
}

/** A card: hairline, no shadow. */
export function Card({ children, flush = false }: { children: ReactNode; flush?: boolean }) {
  return (
    <div className={css.card} data-flush={flush || undefined}>
      {children}
    </div>
  );
}

/** Names and values, one pair a line. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={css.facts}>{children}</dl>;
}
export function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
