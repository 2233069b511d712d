import { Button } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { Empty } from '../parts/empty.tsx';

/** An address that nothing answers to. */
export function Nowhere() {
  return (
    <Empty
      page
      title="There is nothing at this address"
      action={
        <Button component="a" href="/">
          Go to Today
        </Button>
      }
    >
      It may have been moved, or the link is cut off.
    </Empty>
  );
}

/** A screen that broke: our mistake, said plainly. */
export function Broken({ error, reset }: ErrorComponentProps) {
  return (
    <Empty
      page
      title="This screen broke"
      action={
        <Button variant="default" onClick={reset}>
          Load it again
        </Button>
      }
    >
      Nothing was changed or lost. {error instanceof Error ? error.message : ''}
    </Empty>
  );
}
