import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Confirm } from '../parts/confirm.tsx';
import { said } from '../parts/notify.ts';
import { plural, sayNumber } from '../parts/number.ts';
import { Time } from '../parts/time.tsx';
import { useChange } from '../query.ts';
import css from './ramp-strip.module.css';
import { guardrailsOf, nextShare, type Ramp, sayMissing, sayTooFew, sayWhoEnters } from './say-ramp.ts';

const touched = ['getRamp', 'getDefinition', 'listVersions', 'listJourneys', 'listAudit'] as const;
type Act = 'hold' | 'go-on' | 'finish' | 'back';

/** A new version on its way to everybody: for whom it is, what came of it, and what a colleague can do about it. */
export function RampStrip({ journeyKey, ramp }: { journeyKey: string; ramp: Ramp }) {
  const [asked, setAsked] = useState<Act | null>(null);
  const { version, previous, plan, place } = ramp;
  const held = ramp.state === 'held';
  const next = nextShare(ramp);
  const tooFew = sayTooFew(ramp);
  return (
    <section className={css.strip} data-held={held || undefined} aria-label={`Version ${version} is brought in step by step`}>
      <ol className={css.shares} aria-label="Shares">
        {plan.shares.map((share, index) => (
          <li
            key={share}
            data-passed={index < place || undefined}
            data-here={index === place || undefined}
            {...(index === place ? { 'aria-current': 'step' as const } : {})}
          >
            {share} %
          </li>
        ))}
      </ol>
      <div className={css.words}>
        <p>
          <strong>{sayWhoEnters(ramp)}</strong>{' '}
          <span className="quiet">
            {held ? 'Held since' : 'Since'} <Time at={ramp.since} as="exact" />
            {ramp.nextAt !== null && <NextAt ramp={ramp} />}.
          </span>
        </p>
        {held && <p>{ramp.reason}</p>}
        <dl className={css.counts}>
          <Count
            name={held ? 'entered since it was held' : 'entered at this share'}
            count={ramp.counts.entered}
            says={`at least ${plan.least}`}
          />
          <Count name="sent" count={ramp.counts.sent} />
          {guardrailsOf(ramp).map(({ key, count, says, broken }) => (
            <Count key={key} name={key} count={count} says={says} broken={broken} />
          ))}
        </dl>
        {tooFew && <p className="quiet">{tooFew}</p>}
      </div>
      <div className={css.acts}>
        {!held && (
          <Button size="xs" variant="default" onClick={() => setAsked('hold')}>
            Hold
          </Button>
        )}
        {(held || next < 100) && (
          <Button size="xs" variant="default" onClick={() => setAsked('go-on')}>
            {held ? `Go on at ${plan.shares[place]} %` : `Go on to ${next} %`}
          </Button>
        )}
        <Button size="xs" variant="default" onClick={() => setAsked('finish')}>
          Bring to everybody
        </Button>
        {previous !== null && (
          <Button size="xs" variant="default" onClick={() => setAsked('back')}>
            Roll back
          </Button>
        )}
      </div>
      <AskRamp journeyKey={journeyKey} ramp={ramp} asked={asked} onClose={() => setAsked(null)} />
    </section>
  );
}

/** When the next share comes, as far as time alone decides it. */
function NextAt({ ramp }: { ramp: Ramp }) {
  const next = nextShare(ramp);
  const missing = sayMissing(ramp);
  return (
    <>
      ; {next === 100 ? 'everybody' : `${next} %`} {missing === null ? 'follows' : 'may follow'} <Time at={ramp.nextAt} as="until" />
      {missing !== null && `, once ${missing}`}
    </>
  );
}

function Count({ name, count, says, broken = false }: { name: string; count: number; says?: string; broken?: boolean }) {
  return (
    <div data-broken={broken || undefined}>
      <dt>{name}</dt>
      <dd>{sayNumber(count)}</dd>
      {says && <dd className={css.limit}>({says})</dd>}
    </div>
  );
}

/** Asks before the share of a version is changed, and says what will happen. */
function AskRamp({ journeyKey, ramp, asked, onClose }: { journeyKey: string; ramp: Ramp; asked: Act | null; onClose: () => void }) {
  const { version, previous, plan, place, state, counts } = ramp;
  const steer = useChange('steerRamp', [...touched]);
  const rollback = useChange('rollbackDefinition', [...touched, 'listDefinitions', 'lifecycleBoard', 'getHome']);
  const to = state === 'held' ? plan.shares[place]! : nextShare(ramp);
  const broken = guardrailsOf(ramp).some((each) => each.broken);
  const sayEvidence = `${plural(counts.entered, 'person has', 'people have')} entered ${state === 'held' ? 'since it was held' : 'at this share'}, ${plural(counts.sent, 'message was', 'messages were')} sent.`;
  const words: Record<Act, { title: string; action: string; reason?: string; danger?: boolean; about: ReactNode }> = {
    hold: {
      title: `Hold version ${version}`,
      action: 'Hold',
      reason: 'Why is it held',
      about:
        previous === null
          ? 'Nobody else enters until a colleague lets it go on. Whoever is under way goes on.'
          : `Everybody who enters does so by version ${previous} until a colleague lets it go on. Whoever is under way goes on.`,
    },
    'go-on': {
      title: `Version ${version} for ${to} %`,
      action: 'Go on',
      about: (
        <>
          {state === 'held' ? `It takes ${to} % of those who enter again.` : `It takes ${to} % of those who enter from now on.`}{' '}
          {sayEvidence}
          {broken && ' A guardrail is broken: messages are counted anew from now on.'}
        </>
      ),
    },
    finish: {
      title: `Version ${version} for everybody`,
      action: 'Bring to everybody',
      about: (
        <>
          Everybody who enters does so by version {version} from now on, and no guardrail holds it any more. {sayEvidence}
        </>
      ),
    },
    back: {
      title: `Roll back to version ${previous}`,
      action: 'Roll back',
      reason: 'Why',
      danger: true,
      about: `The text of version ${previous} is published again as version ${version + 1}, for everybody at once. Whoever is under way in version ${version} goes on by it.`,
    },
  };
  const shown = asked ? words[asked] : null;
  const confirm = async (reason: string): Promise<void> => {
    if (asked === 'back') {
      const { version: now } = await rollback.mutateAsync({
        params: { kind: 'journey', key: journeyKey },
        body: { version: previous!, note: reason },
      });
      said(`Version ${now} is live, with the text of version ${previous}.`);
    } else if (asked) {
      const after = await steer.mutateAsync({ params: { key: journeyKey }, body: { to: asked, reason } });
      said(sayWhoEntersAfter(after));
    }
  };
  return (
    <Confirm
      open={asked !== null}
      onClose={onClose}
      title={shown?.title ?? ''}
      action={shown?.action ?? ''}
      danger={shown?.danger ?? false}
      {...(shown?.reason ? { reason: shown.reason } : {})}
      onConfirm={confirm}
    >
      {shown?.about}
    </Confirm>
  );
}

const sayWhoEntersAfter = (ramp: Ramp): string =>
  ramp.state === 'done' ? `Version ${ramp.version} is for everybody.` : sayWhoEnters(ramp);
