import { useBlocker } from '@tanstack/react-router';
import { Confirm } from './confirm.tsx';

/** Asks before another screen is opened while something would be lost; before the window is closed the browser asks. */
export function AskBeforeLeaving({ when }: { when: boolean }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => when && current.pathname !== next.pathname,
    enableBeforeUnload: () => when,
    withResolver: true,
  });
  return (
    <Confirm
      open={status === 'blocked'}
      onClose={() => reset?.()}
      danger
      title="Leave without saving"
      action="Leave"
      onConfirm={async () => proceed?.()}
    >
      The draft has changes that are not saved. They are lost when you leave.
    </Confirm>
  );
}
