import { type KeyboardEvent, type Ref, useImperativeHandle, useRef } from 'react';
import css from './code-editor.module.css';

const lineHeight = 20;

export interface CodeEditorHandle {
  /** Puts the cursor at the start of a line and brings it into sight. */
  goTo: (line: number) => void;
}
interface CodeEditorProps {
  value: string;
  onChange: (value: string) => void;
  /** Lines with a mistake, counted from 1. */
  wrong: ReadonlySet<number>;
  label: string;
  ref?: Ref<CodeEditorHandle>;
}

/** A plain text area in a fixed-width letter with line numbers. Enter keeps the indentation; Tab leaves, so that the keyboard is never caught. */
export function CodeEditor({ value, onChange, wrong, label, ref }: CodeEditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const scroll = useRef<HTMLDivElement>(null);
  const lines = value.split('\n');
  const longest = lines.reduce((most, line) => Math.max(most, line.length), 0);
  useImperativeHandle(ref, () => ({
    goTo: (line) => {
      const at = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
      area.current?.focus({ preventScroll: true });
      area.current?.setSelectionRange(at, at + (lines[line - 1]?.length ?? 0));
      scroll.current?.scrollTo({ top: Math.max(0, (line - 4) * lineHeight), left: 0 });
    },
  }));
  const press = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.ctrlKey || event.metaKey || event.nativeEvent.isComposing) return;
    const { selectionStart, selectionEnd } = event.currentTarget;
    const line = value.slice(value.lastIndexOf('\n', selectionStart - 1) + 1, selectionStart);
    const indent = /^ */.exec(line)![0] + (/:\s*$/.test(line) ? '  ' : '');
    if (indent === '') return;
    event.preventDefault();
    event.currentTarget.setRangeText(`\n${indent}`, selectionStart, selectionEnd, 'end');
    onChange(event.currentTarget.value);
  };
  return (
    <div className={css.editor} ref={scroll}>
      <div className={css.numbers} aria-hidden="true">
        {lines.map((_, index) => (
          <span key={index} data-wrong={wrong.has(index + 1) || undefined}>
            {index + 1}
          </span>
        ))}
      </div>
      <textarea
        ref={area}
        className={css.area}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={press}
        rows={lines.length + 1}
        wrap="off"
        style={{ minWidth: `calc(${longest + 2}ch + 28px)` }}
        aria-label={label}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
      />
    </div>
  );
}
