import type { ReactNode } from 'react';
import css from './rule-editor.module.css';

/** A word of the sentence between two chips. */
export const Word = ({ children }: { children: ReactNode }) => <span className={css.word}>{children}</span>;
