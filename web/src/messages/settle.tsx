import { Button } from '@mantine/core';
import { useState } from 'react';
import { Confirm } from '../parts/confirm.tsx';
import { said } from '../parts/notify.ts';
import { useChange } from '../query.ts';
import css from './messages.module.css';

/** An uncertain message is never sent again by itself: somebody decides whether it arrived. */
export function Settle({ id }: { id: string }) {
  const settle = useChange('settleUncertain', ['getMessage', 'listMessages', 'countMessages', 'getHome']);
  const [asked, setAsked] = useState<'sent' | 'again' | null>(null);
  const close = (): void => setAsked(null);
  const decide = (as: 'sent' | 'again') => async (): Promise<void> => {
    await settle.mutateAsync({ params: { id }, body: { as } });
    said(as === 'sent' ? 'Counted as arrived.' : 'It will be sent again.');
  };
  return (
    <div className={css.settle}>
      <p>Look into the mail server's log or ask the person, then decide.</p>
      <div className={css.buttons}>
        <Button size="xs" variant="default" onClick={() => setAsked('sent')}>
          It arrived
        </Button>
        <Button size="xs" variant="default" onClick={() => setAsked('again')}>
          Send again
        </Button>
      </div>
      <Confirm open={asked === 'sent'} onClose={close} title="Count it as arrived" action="It arrived" onConfirm={decide('sent')}>
        It counts as sent and toward the caps. It is not sent again.
      </Confirm>
      <Confirm open={asked === 'again'} onClose={close} title="Send it again" action="Send again" danger onConfirm={decide('again')}>
        If the first one did arrive, the person gets it twice. Consent, caps and quiet hours are asked again before it goes.
      </Confirm>
    </div>
  );
}
