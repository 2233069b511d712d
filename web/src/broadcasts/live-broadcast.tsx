import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { sayDuration } from '#contract/instant.ts';
import { reasonWords } from '#contract/reason-words.ts';
import { To, useAddress } from '../parts/address.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { NameOf } from '../parts/names.tsx';
import { said } from '../parts/notify.ts';
import { plural, sayNumber, sayPercent } from '../parts/number.ts';
import { Card, Fact, Facts, Page, Section } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import { Chip, statusWords } from '../parts/tone.tsx';
import { useChange } from '../query.ts';
import { useWorkspace } from '../session/workspace.tsx';
import css from './broadcasts.module.css';
import { PeopleWithout } from './people-without.tsx';
import { TrialSection } from './trial.tsx';
import { ahead, type Broadcast, handed, sayLength, sayPace, sayWhen, stateTones, stateWords, without } from './words.ts';

type Act = 'pause' | 'resume' | 'cancel' | 'unschedule';
const touched = ['getBroadcast', 'listBroadcasts', 'listMessages', 'listAudit'] as const;

/** A broadcast that has been started: how far it is, what became of everybody, and what can be done about it. */
export function LiveBroadcast({ broadcast }: { broadcast: Broadcast }) {
  const { plan, state, figures } = broadcast;
  const { language, zone } = useWorkspace();
  const [address, setAddress] = useAddress();
  const [asked, setAsked] = useState<Act | null>(null);
  const acts = actsOf[state] ?? [];
  const shown = address.outcome === 'waiting' || address.outcome === 'joined' ? address.outcome : null;
  return (
    <Page
      title={
        <>
          {plan.name} <Chip tone={stateTones[state]}>{stateWords[state]}</Chip>
        </>
      }
      tab={plan.name}
      purpose={plan.purpose || undefined}
      actions={acts.map((act) => (
        <Button key={act} variant={act === 'resume' ? 'filled' : 'default'} onClick={() => setAsked(act)}>
          {words[act].action}
        </Button>
      ))}
    >
      <Section>
        <Card>
          <div className={css.form}>
            <Progressed broadcast={broadcast} />
            {state !== 'scheduled' && <Figures broadcast={broadcast} onPeople={(outcome) => setAddress({ outcome })} />}
          </div>
        </Card>
      </Section>
      <TrialSection broadcast={broadcast} />
      {shown && <PeopleWithout id={broadcast.id} outcome={shown} onClose={() => setAddress({ outcome: undefined })} />}
      {broadcast.reasons.length > 0 && (
        <Section title="Every “no” and “not yet”">
          <Card>
            <ul className={css.reasons}>
              {broadcast.reasons.map(({ status, reason, people }) => (
                <li key={`${status} ${reason}`}>
                  <To to="messages" search={{ broadcast: broadcast.id, status, reason }} className="text-link">
                    {sayNumber(people)}
                  </To>
                  <span>{reasonWords[reason]}</span>
                  <span className="faint">{statusWords[status]}</span>
                </li>
              ))}
            </ul>
          </Card>
        </Section>
      )}
      <Section title="The plan">
        <Facts>
          <Fact name="Content">
            {plan.template && (
              <To to={`definitions/template/${plan.template}`} className="text-link">
                <NameOf kind="template" of={plan.template} />
              </To>
            )}
            {broadcast.templateVersion !== null && <span className="faint"> version {broadcast.templateVersion}</span>}
          </Fact>
          <Fact name="Topic">{plan.topic && <NameOf kind="topic" of={plan.topic} />}</Fact>
          <Fact name="To whom">
            <Segments keys={plan.segments} between=" or " />
            {plan.without.length > 0 && (
              <>
                {' '}
                but not <Segments keys={plan.without} between=" or " />
              </>
            )}
          </Fact>
          <Fact name="When">{sayWhen(plan, language, zone)}</Fact>
          <Fact name="How fast">{sayPace(plan)}</Fact>
          <Fact name="When it may not go out">
            {plan.ifHeld === 'drop' ? 'It is dropped for them' : `It waits, at most ${sayDuration(plan.expiresAfter)}`}
          </Fact>
          {broadcast.frozenAt !== null && (
            <Fact name="Audience frozen">
              <Time at={broadcast.frozenAt} as="exact" />
            </Fact>
          )}
          {broadcast.endedAt !== null && (
            <Fact name="Ended">
              <Time at={broadcast.endedAt} as="exact" />
            </Fact>
          )}
          <Fact name="By">{broadcast.updatedBy}</Fact>
        </Facts>
      </Section>
      <AskBroadcast broadcast={broadcast} asked={asked} onClose={() => setAsked(null)} />
    </Page>
  );
}

const actsOf: Partial<Record<Broadcast['state'], Act[]>> = {
  scheduled: ['cancel', 'unschedule'],
  freezing: ['cancel', 'pause'],
  running: ['cancel', 'pause'],
  paused: ['cancel', 'resume'],
};

function Segments({ keys, between }: { keys: readonly string[]; between: string }) {
  return keys.map((key, index) => (
    <span key={key}>
      {index > 0 && between}
      <To to={`segments/${key}`} className="text-link">
        <NameOf kind="segment" of={key} />
      </To>
    </span>
  ));
}

/** How far it is, in one bar of what became of everybody, and one sentence. */
function Progressed({ broadcast }: { broadcast: Broadcast }) {
  const { state, figures, plan } = broadcast;
  const all = broadcast.audience ?? 0;
  const had = handed(figures);
  const parts: { name: string; people: number; tone: string }[] = [
    { name: 'sent', people: had, tone: 'good' },
    { name: 'not sent', people: without(figures) + figures.joined, tone: 'calm' },
    { name: 'held', people: figures.held, tone: 'warn' },
  ];
  return (
    <>
      <p role="status" className={css.far}>
        <strong>{sayState(broadcast)}</strong>{' '}
        {state === 'scheduled' && (
          <>
            It begins <Time at={broadcast.startsAt} as="until" />, on <Time at={broadcast.startsAt} as="exact" />.
          </>
        )}
        {state === 'running' &&
          plan.perMinute !== null &&
          ahead(figures) > 0 &&
          `${plural(ahead(figures), 'person', 'people')} to go, ${sayLength(ahead(figures), plan.perMinute)}.`}
        {state === 'running' && broadcast.nextAt !== null && (
          <>
            {' '}
            The next are due <Time at={broadcast.nextAt} as="until" />.
          </>
        )}
        {broadcast.reason && <span className="quiet">{broadcast.reason}</span>}
      </p>
      {all > 0 && (
        <div className={css.stack} role="img" aria-label={parts.map((part) => `${sayNumber(part.people)} ${part.name}`).join(', ')}>
          {parts.map((part) => (
            <span key={part.name} data-tone={part.tone} style={{ width: `${(100 * part.people) / all}%` }} />
          ))}
        </div>
      )}
    </>
  );
}

function sayState({ state, figures, audience, frozenShare }: Broadcast): string {
  const all = audience ?? 0;
  switch (state) {
    case 'scheduled':
      return 'Scheduled.';
    case 'freezing':
      return `The audience is being written down: ${Math.round(frozenShare * 100)} %.`;
    case 'running':
      return `${sayNumber(handed(figures))} of ${plural(all, 'person', 'people')} had it, ${sayPercent(all - ahead(figures), all)} are decided.`;
    case 'paused':
      return `Paused: ${sayNumber(handed(figures))} of ${plural(all, 'person', 'people')} had it, nobody gets it meanwhile.`;
    case 'cancelled':
      return `Cancelled: ${plural(handed(figures), 'person', 'people')} had it, ${sayNumber(without(figures) + ahead(figures))} do not get it.`;
    default:
      return `Finished: ${sayNumber(handed(figures))} of ${plural(all, 'person', 'people')} had it.`;
  }
}

function Figures({ broadcast, onPeople }: { broadcast: Broadcast; onPeople: (outcome: 'waiting' | 'joined') => void }) {
  const { id, figures } = broadcast;
  const had = handed(figures);
  const messages = (status: string): ReactNode => (
    <To to="messages" search={{ broadcast: id, status }}>
      {sayNumber(figures[status as 'sent'])}
    </To>
  );
  return (
    <dl className={css.figures}>
      {figures.waiting > 0 && (
        <Figure name="waiting">
          <button type="button" className="plain-button" onClick={() => onPeople('waiting')}>
            {sayNumber(figures.waiting)}
          </button>
        </Figure>
      )}
      {(['queued', 'held', 'sending', 'sent', 'skipped', 'failed', 'bounced', 'uncertain'] as const)
        .filter((status) => figures[status] > 0 || status === 'sent')
        .map((status) => (
          <Figure key={status} name={statusWords[status].toLowerCase()}>
            {messages(status)}
          </Figure>
        ))}
      {figures.joined > 0 && (
        <Figure name="became one with another">
          <button type="button" className="plain-button" onClick={() => onPeople('joined')}>
            {sayNumber(figures.joined)}
          </button>
        </Figure>
      )}
      {had > 0 && (
        <>
          <Figure name={`opened, ${sayPercent(figures.opened, had)}`}>
            <Acted id={id} acted="opened" count={figures.opened} />
          </Figure>
          <Figure name={`clicked, ${sayPercent(figures.clicked, had)}`}>
            <Acted id={id} acted="clicked" count={figures.clicked} />
          </Figure>
        </>
      )}
    </dl>
  );
}

const Acted = ({ id, acted, count }: { id: string; acted: 'opened' | 'clicked'; count: number }) =>
  count === 0 ? (
    <span className="faint">0</span>
  ) : (
    <To to="messages" search={{ broadcast: id, acted }}>
      {sayNumber(count)}
    </To>
  );

const Figure = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

const words: Record<Act, { action: string; title: string; about: string; danger?: true }> = {
  pause: {
    action: 'Pause',
    title: 'Pause the broadcast',
    about: 'Nothing more is handed over until you resume it. What is leaving at this moment arrives.',
  },
  resume: { action: 'Resume', title: 'Resume the broadcast', about: 'It goes on with whoever has not had it.' },
  cancel: {
    action: 'Cancel it',
    title: 'Cancel the broadcast',
    about: 'Whoever has not had it does not get it, and is listed with that reason. It cannot be resumed.',
    danger: true,
  },
  unschedule: {
    action: 'Back to draft',
    title: 'Make it a draft again',
    about: 'Nothing has been sent. You can change it, and schedule it again.',
  },
};

/** Asks before something is done, and says what came of it. */
function AskBroadcast({ broadcast, asked, onClose }: { broadcast: Broadcast; asked: Act | null; onClose: () => void }) {
  const params = { id: broadcast.id };
  const pause = useChange('pauseBroadcast', [...touched]);
  const resume = useChange('resumeBroadcast', [...touched]);
  const cancel = useChange('cancelBroadcast', [...touched]);
  const unschedule = useChange('unscheduleBroadcast', [...touched]);
  const shown = asked ? words[asked] : null;
  const confirm = async (): Promise<void> => {
    if (asked === 'pause') {
      const { figures } = await pause.mutateAsync({ params, body: {} });
      said(`Paused: ${plural(handed(figures), 'person', 'people')} had it.`);
    } else if (asked === 'resume') {
      await resume.mutateAsync({ params });
      said('It goes on.');
    } else if (asked === 'cancel') {
      const { had, without } = await cancel.mutateAsync({ params, body: {} });
      said(`Cancelled: ${plural(had, 'person', 'people')} had it, ${sayNumber(without)} do not get it.`, 8_000);
    } else if (asked === 'unschedule') {
      await unschedule.mutateAsync({ params });
      said('It is a draft again.');
    }
  };
  return (
    <Confirm
      open={asked !== null}
      onClose={onClose}
      title={shown?.title ?? ''}
      action={shown?.action ?? ''}
      danger={shown?.danger ?? false}
      onConfirm={confirm}
    >
      {shown?.about}
    </Confirm>
  );
}
