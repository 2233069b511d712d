import { sayScope } from '../frame/stopped.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { said } from '../parts/notify.ts';
import { useChange } from '../query.ts';

/** Asks before a kill switch is set or lifted; stopping asks for the reason. */
export function StopConfirm({ asked, onClose }: { asked: { scope: string; stop: boolean } | null; onClose: () => void }) {
  const change = useChange('setKillSwitch', ['listKillSwitches', 'listJourneys', 'listMessages', 'countMessages', 'getHome']);
  const name = asked ? sayScope(asked.scope) : '';
  const stop = asked?.stop ?? false;
  return (
    <Confirm
      open={asked !== null}
      onClose={onClose}
      danger={stop}
      title={stop ? `Stop: ${name.toLowerCase()}` : `Let ${name.toLowerCase()} go on`}
      action={stop ? 'Stop sending' : 'Let it go on'}
      {...(stop ? { reason: 'Why is it stopped' } : {})}
      onConfirm={async (reason) => {
        if (!asked) return;
        await change.mutateAsync({ params: { scope: asked.scope }, body: { stopped: asked.stop, reason } });
        said(asked.stop ? 'Sending is stopped.' : 'Sending goes on.');
      }}
    >
      {stop
        ? 'Nothing more is handed over there until somebody lets it go on. Journeys go on deciding; their messages wait.'
        : 'Messages that waited and are still wanted are sent now.'}
    </Confirm>
  );
}
