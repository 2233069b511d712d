import { useSayScope } from '../frame/stopped.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { said } from '../parts/notify.ts';
import { useChange } from '../query.ts';

interface Asked {
  scope: string;
  stop: boolean;
  /** Whom it is about, where the scope is a person. */
  person?: Parameters<ReturnType<typeof useSayScope>>[1];
}

/** Asks before a kill switch is set or lifted; stopping asks for the reason. */
export function StopConfirm({ asked, onClose }: { asked: Asked | null; onClose: () => void }) {
  const change = useChange('setKillSwitch', ['listKillSwitches', 'listJourneys', 'listMessages', 'countMessages', 'getHome', 'getPerson']);
  const isPerson = asked?.scope.startsWith('person:') ?? false;
  const sayScope = useSayScope();
  const name = asked ? sayScope(asked.scope, asked.person) : '';
  const stop = asked?.stop ?? false;
  return (
    <Confirm
      open={asked !== null}
      onClose={onClose}
      danger={stop}
      title={stop ? `Stop: ${name}` : `Let it go on: ${name}`}
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
        : isPerson
          ? 'Their journeys go on, and messages that waited and are still wanted are sent now.'
          : 'Messages that waited and are still wanted are sent now. The breaker counts only what comes from now on.'}
    </Confirm>
  );
}
