import { IconAlertTriangle, IconBulb, IconCheck, IconFlag, IconHourglass, IconLogout, IconX } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import type { Moment, MomentMessage, WayEnd } from '#contract/trial.ts';
import type { Step } from '#contract/steps/index.ts';
import { To } from '../../parts/address.tsx';
import { format } from '../../parts/say-time.ts';
import { Time } from '../../parts/time.tsx';
import { Chip, type Tone } from '../../parts/tone.tsx';
import { upper } from '../../parts/upper.ts';
import { ExplainedParts } from '../../rules/explained-parts.tsx';
import { useWorkspace } from '../../session/workspace.tsx';
import type { Names } from '../named.ts';
import { sayCard } from '../read-journey.ts';
import { stepLooks } from '../step-kinds.tsx';
import css from './way.module.css';

interface PathListProps {
  moments: readonly Moment[];
  end: WayEnd;
  zone: string;
  /** The steps of the version that is drawn. */
  steps: ReadonlyMap<string, Step>;
  names: Names;
  /** Messages that really are, each with a page of its own. */
  real?: boolean;
  chosen: string | undefined;
  onChoose: (step: string) => void;
  /** What can be done at a moment, below it. */
  below?: (moment: Moment, isLast: boolean) => ReactNode;
  onForget?: (index: number) => void;
}

/** A way through a journey, step after step, by day on the clock of the person. */
export function PathList({ moments, end, zone, steps, names, real = false, chosen, onChoose, below, onForget }: PathListProps) {
  const { language } = useWorkspace();
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const item = chosen === undefined ? null : list.current?.querySelector(`[data-moment="${CSS.escape(chosen)}"]`);
    item?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const dayOf = (at: string): string =>
    format(language, zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(Date.parse(at));
  const days = [...Map.groupBy(moments, (moment) => dayOf(moment.at))];
  const last = moments.at(-1);
  const endsLater = last !== undefined && end.how !== 'stands' && dayOf(end.at) !== dayOf(last.at);
  return (
    <div className={css.path} ref={list}>
      {days.map(([day, inDay]) => (
        <section key={day} aria-label={day}>
          <h2 className={css.day}>{day}</h2>
          <ol>
            {inDay.map((moment) => (
              <Item
                key={`${moment.step} ${moment.visit}`}
                moment={moment}
                zone={zone}
                step={steps.get(moment.step)}
                names={names}
                real={real}
                chosen={moment.step === chosen}
                onChoose={onChoose}
                onForget={onForget}
                below={below?.(moment, moment === last)}
              />
            ))}
          </ol>
        </section>
      ))}
      <section aria-label="How it ends">
        {endsLater && <h2 className={css.day}>{dayOf(end.at)}</h2>}
        <End end={end} zone={zone} />
      </section>
    </div>
  );
}

interface ItemProps {
  moment: Moment;
  zone: string;
  step: Step | undefined;
  names: Names;
  real: boolean;
  chosen: boolean;
  onChoose: (step: string) => void;
  onForget: ((index: number) => void) | undefined;
  below: ReactNode;
}

function Item({ moment, zone, step, names, real, chosen, onChoose, onForget, below }: ItemProps) {
  const { icon: Icon, name } = stepLooks[step?.kind ?? 'exit'] ?? stepLooks.exit;
  return (
    <li className={css.moment} data-moment={moment.step} data-chosen={chosen || undefined}>
      <span className={css.dot} role="img" aria-label={name}>
        <Icon size={14} stroke={1.8} />
      </span>
      <div className={css.words}>
        <div className={css.first}>
          <button type="button" className="plain-button" aria-pressed={chosen} onClick={() => onChoose(moment.step)}>
            {step ? sayCard(step, names) : moment.says}
          </button>
          <span className={css.when}>
            <Time at={moment.at} as="clock" zone={zone} />
          </span>
        </div>
        {moment.rules.map((rule) => (
          <details key={rule.at} className={css.rule} open={!rule.held && rule.at === 'when'}>
            <summary>
              {rule.held ? <IconCheck size={13} stroke={2.2} aria-hidden="true" /> : <IconX size={13} stroke={2.2} aria-hidden="true" />}
              <span>
                {rule.label}: <b>{rule.held ? 'holds' : 'does not hold'}</b>
              </span>
            </summary>
            <ExplainedParts parts={rule.parts} />
          </details>
        ))}
        {moment.messages.map((message) => (
          <Message key={message.id} message={message} zone={zone} asked={moment.at} real={real} />
        ))}
        {moment.did.map((did) => (
          <p key={did} className="quiet">
            {did}
          </p>
        ))}
        {moment.supposed.map(({ index, says, at }) => (
          <p key={index} className={css.supposed}>
            <IconBulb size={14} aria-hidden="true" />
            <span>
              {says}, <Time at={at} as="exact" zone={zone} />
            </span>
            {onForget && (
              <button type="button" className="plain-button text-link" onClick={() => onForget(index)}>
                Take back
              </button>
            )}
          </p>
        ))}
        {moment.because && <p className="quiet">{upper(moment.because)}</p>}
        {below}
      </div>
    </li>
  );
}

const tones: Record<MomentMessage['status'], Tone> = { sent: 'good', held: 'warn', skipped: 'calm', other: 'calm' };

function Message({ message, zone, asked, real }: { message: MomentMessage; zone: string; asked: string; real: boolean }) {
  const words = { sent: real ? 'Sent' : 'Goes out', held: 'Held', skipped: 'Not sent', other: real ? 'Other' : '' };
  const subject = message.subject ?? message.template;
  return (
    <div className={css.message}>
      <div className={css.subject}>
        <Chip tone={tones[message.status]}>{words[message.status]}</Chip>
        {real ? (
          <To to="messages" search={{ peek: message.id }} className="text-link clip">
            {subject}
          </To>
        ) : (
          <strong className="clip">{subject}</strong>
        )}
        {message.at !== null && message.at !== asked && (
          <span className={css.when}>
            <Time at={message.at} as="exact" zone={zone} />
          </span>
        )}
      </div>
      {message.holds.map((hold) => (
        <p key={hold.at} className="quiet">
          {hold.says}
        </p>
      ))}
      {!(message.status === 'held' && message.holds.length > 0) && <p className="quiet">{message.says}</p>}
      {message.unknown.length > 0 && (
        <p className={css.lacks}>
          <IconAlertTriangle size={14} aria-hidden="true" /> Its text speaks of {message.unknown.join(', ')}, which is not known, and
          nothing stands in its place.
        </p>
      )}
    </div>
  );
}

const ends = {
  goal: { icon: IconFlag, tone: 'good' },
  end: { icon: IconCheck, tone: 'calm' },
  left: { icon: IconLogout, tone: 'calm' },
  stands: { icon: IconHourglass, tone: 'warn' },
} as const;

function End({ end, zone }: { end: WayEnd; zone: string }) {
  const { icon: Icon, tone } = ends[end.how];
  return (
    <div className={css.end} data-tone={tone}>
      <span className={css.dot} aria-hidden="true">
        <Icon size={14} stroke={1.8} />
      </span>
      <p>
        <b>{end.says}</b>{' '}
        {end.how === 'stands' ? (
          <span className="quiet">
            Since <Time at={end.at} as="exact" zone={zone} />
            {end.until && (
              <>
                , until <Time at={end.until} as="exact" zone={zone} /> at most
              </>
            )}
            .
          </span>
        ) : (
          <span className="quiet">
            <Time at={end.at} as="exact" zone={zone} />
          </span>
        )}
      </p>
    </div>
  );
}
