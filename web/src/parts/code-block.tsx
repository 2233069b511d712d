import { Copy } from './copy.tsx';
import css from './code-block.module.css';

/** Text for a terminal or a file, with a way to copy it. */
export function CodeBlock({ text, what = 'code', wrap = false }: { text: string; what?: string; wrap?: boolean }) {
  return (
    <div className={css.block} data-wrap={wrap || undefined}>
      <div className={css.copy}>
        <Copy text={text} what={what} />
      </div>
      <pre tabIndex={0} role="group" aria-label={what}>
        {text}
      </pre>
    </div>
  );
}
