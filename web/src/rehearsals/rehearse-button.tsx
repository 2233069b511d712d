import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import type { DefinitionKind } from '#contract/definition.ts';
import { ProblemError } from '../api.ts';
import { useGo } from '../parts/address.tsx';
import { failed } from '../parts/notify.ts';
import { ProblemView } from '../parts/problem.tsx';
import { useChange } from '../query.ts';

interface RehearseButtonProps {
  /** Drafts that are rehearsed. */
  drafts: { kind: DefinitionKind; key: string }[];
  /** What must come first; then it cannot be pressed. */
  lacks?: string | undefined;
  /** Saves what is edited; answers whether that could be done. */
  save?: () => Promise<boolean>;
  className?: string | undefined;
}

/** Rehearses drafts over the last 30 days and goes where it is shown. */
export function RehearseButton({ drafts, lacks, save, className = '' }: RehearseButtonProps) {
  const go = useGo();
  const start = useChange('startRehearsal', ['listRehearsals']);
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [saves, setSaves] = useState(false);
  const rehearse = async (): Promise<void> => {
    setSaves(true);
    try {
      if (save && !(await save())) return;
      const { id } = await start.mutateAsync({ body: { over: { past: 'P30D' }, drafts } });
      go(`rehearsals/${id}`);
    } catch (error) {
      if (error instanceof ProblemError && error.mistakes.length > 0) setProblem(error);
      else failed(error);
    } finally {
      setSaves(false);
    }
  };
  return (
    <>
      <Button
        size="xs"
        variant="default"
        className={className}
        loading={saves}
        disabled={lacks !== undefined}
        data-tip={lacks ?? 'What would have come of it in the last 30 days'}
        onClick={() => void rehearse()}
      >
        Rehearse
      </Button>
      <Modal
        opened={problem !== null}
        onClose={() => setProblem(null)}
        title="It cannot be rehearsed yet"
        size={520}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {problem && <ProblemView problem={problem} />}
      </Modal>
    </>
  );
}
