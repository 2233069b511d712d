import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { FormDialog } from '../parts/form-dialog.tsx';
import { said } from '../parts/notify.ts';
import { plural } from '../parts/number.ts';
import { PickPeople, usePicked } from '../people/pick-people.tsx';
import { useChange } from '../query.ts';

const touches = ['listJourneys', 'getJourneyCounts', 'listPeople', 'getPerson', 'personTimeline'] as const;
interface SteerProps {
  journeyKey: string;
  name: string;
  onClose: () => void;
}

/** Sends people into a journey by hand. Whether each may enter is the journey's to say; who may not is told why on their page. */
export function SendIn({ journeyKey: key, name, onClose }: SteerProps) {
  const picked = usePicked();
  const enter = useChange('enterJourney', [...touches]);
  const save = async (): Promise<void> => {
    const reply = await enter.mutateAsync({ params: { key }, body: picked.whom });
    said(`${plural(reply.sent, 'person was', 'people were')} sent in. Who may not enter is told why on their page.`);
    if (picked.keep(reply.unknown)) onClose();
  };
  return (
    <FormDialog
      onClose={onClose}
      title={`Send people into ${name}`}
      problem={enter.error}
      action={picked.count === 0 ? 'Send in' : `Send ${plural(picked.count, 'person', 'people')} in`}
      ready={picked.fits}
      busy={enter.isPending}
      onSave={save}
    >
      <PickPeople picked={picked} label="Search people to send in" />
    </FormDialog>
  );
}

/** Takes people out of a journey, wherever they stand, with a reason that stands on their page. */
export function TakeOut({ journeyKey: key, name, onClose }: SteerProps) {
  const picked = usePicked();
  const [reason, setReason] = useState('');
  const leave = useChange('leaveJourney', [...touches]);
  const save = async (): Promise<void> => {
    const reply = await leave.mutateAsync({ params: { key }, body: { ...picked.whom, reason: reason.trim() } });
    said(`${plural(reply.taken, 'person leaves', 'people leave')} ${name}, where they are in it.`);
    if (picked.keep(reply.unknown)) onClose();
  };
  return (
    <FormDialog
      onClose={onClose}
      title={`Take people out of ${name}`}
      problem={leave.error}
      action={picked.count === 0 ? 'Take out' : `Take ${plural(picked.count, 'person', 'people')} out`}
      ready={picked.fits && reason.trim() !== ''}
      busy={leave.isPending}
      onSave={save}
    >
      <p className="quiet">Their way ends at once; messages of it that have not gone out are not sent any more.</p>
      <PickPeople picked={picked} label="Search people to take out" />
      <TextInput
        label="Why"
        description="Stands on their page"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={500}
        autoComplete="off"
      />
    </FormDialog>
  );
}
