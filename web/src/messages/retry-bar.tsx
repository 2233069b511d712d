import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { MessageRow } from '#contract/routes/messages.ts';
import { whyNoRetry } from '#contract/retry.ts';
import { Confirm } from '../parts/confirm.tsx';
import { said } from '../parts/notify.ts';
import { plural } from '../parts/number.ts';
import css from '../people/chosen-bar.module.css';
import { useChange } from '../query.ts';

/** As many as one request takes. */
const atOnce = 100;

/** What can be done with the messages that are chosen: those that may be are sent again. */
export function RetryBar({ rows, onClear }: { rows: MessageRow[]; onClear: () => void }) {
  const retry = useChange('retryMessages', ['getMessage', 'listMessages', 'countMessages', 'getHome', 'personWhy', 'personTimeline']);
  const [asked, setAsked] = useState(false);
  if (rows.length === 0) return null;
  const may = rows.filter(({ status, reason }) => whyNoRetry(status, reason) === null);
  const fit = may.slice(0, atOnce);
  const doubtful = fit.filter(({ status }) => status === 'uncertain').length;
  const others = rows.length - may.length;
  const later = may.length - fit.length;
  const again = async (reason: string): Promise<void> => {
    const { items } = await retry.mutateAsync({ body: { ids: fit.map(({ id }) => id), reason } });
    const refused = items.filter(({ queued }) => !queued);
    said(
      `${plural(items.length - refused.length, 'message')} will be sent again.${refused.length > 0 ? ` ${refused.length} not: ${refused[0]!.because}.` : ''}`,
    );
    onClear();
  };
  return (
    <div className={css.bar} role="toolbar" aria-label="Chosen messages">
      <span>{plural(rows.length, 'message')} chosen</span>
      <Button size="xs" variant="default" disabled={fit.length === 0} onClick={() => setAsked(true)}>
        {fit.length === rows.length || fit.length === 0 ? 'Send again' : `Send ${fit.length} again`}
      </Button>
      {fit.length === 0 && <span className="quiet">None of them can be</span>}
      <ActionIcon size={24} onClick={onClear} aria-label="Choose no message">
        <IconX size={14} />
      </ActionIcon>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        title={`Send ${plural(fit.length, 'message')} again`}
        action="Send again"
        danger={doubtful > 0}
        reason="Why are they sent again"
        onConfirm={again}
      >
        {doubtful > 0 && `${plural(doubtful, 'message')} may have arrived already: then the person gets it twice. `}
        {others > 0 && `${others} of those chosen cannot be sent again, and stay as they are. `}
        {later > 0 && `At most ${atOnce} go at once: choose the other ${later} again after that. `}
        Consent, caps, quiet hours and stops are asked again before anything goes.
      </Confirm>
    </div>
  );
}
