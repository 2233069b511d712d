import { Button, Modal } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import type { ProblemError } from '../api.ts';
import css from './form.module.css';
import { ProblemView } from './problem.tsx';

interface FormDialogProps {
  /** (true) */
  open?: boolean;
  onClose: () => void;
  title: string;
  /** Width in pixels (440). */
  size?: number;
  children: ReactNode;
  /** What refused it; saving may fail because it stands here. */
  problem: ProblemError | null;
  /** A way out that stands under the refusal. */
  remedy?: ReactNode;
  /** A verb. */
  action: string;
  /** Whether there is enough to save (true). */
  ready?: boolean;
  busy: boolean;
  onSave: () => Promise<unknown>;
}

/** A form in a dialog: its fields, the refusal when there is one, Cancel and the one action. */
export function FormDialog({
  open = true,
  onClose,
  title,
  size = 440,
  children,
  problem,
  remedy,
  action,
  ready = true,
  busy,
  onSave,
}: FormDialogProps) {
  const refusal = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problem) refusal.current?.scrollIntoView({ block: 'nearest' });
  }, [problem]);
  return (
    <Modal opened={open} onClose={onClose} title={title} size={size} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void onSave().catch(() => undefined);
        }}
      >
        {children}
        {(problem || remedy) && (
          <div ref={refusal} className={css.form}>
            {problem && <ProblemView problem={problem} />}
            {remedy}
          </div>
        )}
        <div className={`${css.buttons} ${css.end}`}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={!ready}>
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
