import { Button } from '@mantine/core';
import { useState } from 'react';
import type { MessageRow } from '#contract/routes/messages.ts';
import { whyNoRetry } from '#contract/retry.ts';
import { Confirm } from '../parts/confirm.tsx';
import { said } from '../parts/notify.ts';
import { useChange } from '../query.ts';
import css from './messages.module.css';

const touched = ['getMessage', 'listMessages', 'countMessages', 'getHome', 'personWhy', 'personTimeline'] as const;

/** What a colleague may decide about a message that has ended: to send it again, or that an uncertain one arrived. Nothing where neither is right. */
export function Settle({ message }: { message: MessageRow }) {
  const { id, status, reason } = message;
  const retry = useChange('retryMessage', [...touched]);
  const settle = useChange('settleUncertain', [...touched]);
  const [asked, setAsked] = useState<'sent' | 'again' | null>(null);
  if (whyNoRetry(status, reason) !== null) return null;
  const isUncertain = status === 'uncertain';
  const close = (): void => setAsked(null);
  const again = async (because: string): Promise<void> => {
    await retry.mutateAsync({ params: { id }, body: { reason: because } });
    said('It will be sent again.');
  };
  const arrived = async (because: string): Promise<void> => {
    await settle.mutateAsync({ params: { id }, body: { as: 'sent', reason: because } });
    said('Counted as arrived.');
  };
  return (
    <div className={isUncertain ? css.settle : css.mend}>
      <p>{isUncertain ? howToKnow(message) : whatToMend(message)}</p>
      <div className={css.buttons}>
        {isUncertain && (
          <Button size="xs" variant="default" onClick={() => setAsked('sent')}>
            It arrived
          </Button>
        )}
        <Button size="xs" variant="default" onClick={() => setAsked('again')}>
          Send again
        </Button>
      </div>
      <Confirm
        open={asked === 'sent'}
        onClose={close}
        title="Count it as arrived"
        action="It arrived"
        reason="How do you know"
        onConfirm={arrived}
      >
        It counts as sent and toward the caps. It is not sent again.
      </Confirm>
      <Confirm
        open={asked === 'again'}
        onClose={close}
        title="Send it again"
        action="Send again"
        danger={isUncertain}
        reason="Why is it sent again"
        onConfirm={again}
      >
        {isUncertain && 'If the first one did arrive, the person gets it twice. '}
        Consent, caps, quiet hours and stops are asked again before it goes.
      </Confirm>
    </div>
  );
}

function howToKnow({ opens, clicks }: MessageRow): string {
  if (opens > 0 || clicks > 0) return 'It was opened since, so it has most likely arrived.';
  return "Look into the mail server's log or ask the person, then decide.";
}

function whatToMend({ reason }: MessageRow): string {
  if (reason === 'render-failed') return 'Publish a mended template first: it is written from the version that is published then.';
  if (reason === 'expired') return 'Send it again if it still matters: it gets the time that it had once more.';
  return 'Mend what stood in the way first, then send it again.';
}
