import { Button, Modal, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ProblemError } from '../api.ts';
import { ProblemView } from './problem.tsx';
import css from './form.module.css';

interface ConfirmProps {
  open: boolean;
  onClose: () => void;
  title: string;
  children?: ReactNode;
  /** A verb. */
  action: string;
  danger?: boolean;
  /** Asks for a sentence and hands it over; the action waits until there is one. */
  reason?: string;
  /** Asks to type this, for what cannot be undone. */
  typed?: string;
  onConfirm: (reason: string) => Promise<unknown>;
}

/** Asks once before something that matters, says what will happen, and shows the refusal when there is one. */
export function Confirm({ open, onClose, title, children, action, danger = false, reason, typed, onConfirm }: ConfirmProps) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const ready = typed === undefined ? reason === undefined || text.trim() !== '' : text.trim() === typed;
  const close = (): void => {
    setText('');
    setProblem(null);
    onClose();
  };
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await onConfirm(text.trim());
      close();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={open} onClose={close} title={title} size={440} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void confirm();
        }}
      >
        {children && <div className="quiet">{children}</div>}
        {(reason !== undefined || typed !== undefined) && (
          <TextInput
            label={reason ?? `Type ${typed} to go on`}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            data-autofocus
            autoComplete="off"
          />
        )}
        {problem && <ProblemView problem={problem} />}
        <div className={css.buttons}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" color={danger ? 'red' : 'accent'} disabled={!ready} loading={busy}>
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
