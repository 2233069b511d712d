import { notifications } from '@mantine/notifications';
import { ProblemError } from '../api.ts';

/** Says what was done, at the edge of the screen. */
export const said = (message: string, forMs = 4_000): void =>
  void notifications.show({ message, autoClose: forMs, color: 'accent', withBorder: false, closeButtonProps: { 'aria-label': 'Close' } });

/** Says what went wrong, for actions that have no place of their own to say it. */
export function failed(error: unknown): void {
  const known = error instanceof ProblemError;
  notifications.show({
    title: known ? error.message : 'That did not work.',
    message: known ? error.hint : 'Try again.',
    color: 'red',
    autoClose: 9000,
  });
}
