import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ProblemError } from '../api.ts';
import css from './problem.module.css';

/** A refusal where it happened: what is wrong, how to mend it, the fields, and a way to try again. */
export function ProblemView({ problem, again, page = false }: { problem: ProblemError; again?: () => void; page?: boolean }) {
  return (
    <div className={page ? css.page : undefined}>
      <div className={css.box} role="alert">
        <IconAlertTriangle size={16} className={css.icon} aria-hidden="true" />
        <div className={css.words}>
          <strong>{problem.message}</strong>
          <span>{problem.hint}</span>
          {problem.mistakes.length > 0 && (
            <ul>
              {problem.mistakes.slice(0, 12).map((mistake) => (
                <li key={mistake.path + mistake.message}>
                  <code>{mistake.path}</code> {mistake.message}
                  {mistake.mend && <span className={css.mend}>{mistake.mend}</span>}
                </li>
              ))}
            </ul>
          )}
          {again && (
            <Button size="xs" variant="default" onClick={again} mt={6}>
              Try again
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}
