import { Copy } from './copy.tsx';
import css from './code-block.module.css';

/** Text for a terminal or a file, with a way to copy it. */
export function CodeBlock({ text, what = 'code', wrap = false }: { text: string; what?: string; wrap?: boolean }) {
  return (
    <div className={css.block} data-wrap={wrap || undefined}>
      <div className={css.copy}>
        <Copy text={text} what={what} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <pre tabIndex={0} aria-label={what}>
        {text}
      </pre>
    </div>
  );
}
