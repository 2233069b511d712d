import type { MessageRow } from '#contract/routes/messages.ts';
import { To } from '../parts/address.tsx';
import { NameOf } from '../parts/names.tsx';
import { Fact, Facts } from '../parts/page.tsx';
import { PersonName } from '../parts/person-name.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { Status } from '../parts/tone.tsx';
import { WhyAnswer } from '../parts/why.tsx';
import { useRoute } from '../query.ts';
import css from './messages.module.css';
import { Settle } from './settle.tsx';

/** One message: what became of it, why, and where it came from. */
export function MessagePanel({ id }: { id: string }) {
  const message = useRoute('getMessage', { params: { id } });
  if (message.error) return <ProblemView problem={message.error} again={() => void message.refetch()} />;
  return message.data ? <Details message={message.data} /> : <Bones lines={8} />;
}

function Details({ message }: { message: MessageRow }) {
  const why = useRoute('personWhy', { params: { id: message.person.id }, query: { about: `message:${message.id}` } });
  const { opens, clicks } = message;
  const byHand = message.byHand.map((one) => `${one.by} ${sayDid(one)}`);
  return (
    <>
      <div className={css.status}>
        <Status status={message.status} />
        {why.data ? (
          <WhyAnswer why={{ ...why.data, because: why.data.because.filter(({ rule }) => !byHand.includes(rule)) }} />
        ) : (
          <p>{message.sentence}</p>
        )}
        {why.error && <ProblemView problem={why.error} again={() => void why.refetch()} />}
      </div>
      <Settle message={message} />
      {message.byHand.length > 0 && <ByHand message={message} />}
      <Facts>
        <Fact name="To">
          <To to={`people/${message.person.id}`} className="text-link">
            <PersonName person={message.person} />
          </To>
        </Fact>
        <Fact name="Subject">{message.subject ?? <span className="faint">Not written yet</span>}</Fact>
        <Fact name="Template">
          <To to={`definitions/template/${message.template}`} className="text-link">
            <NameOf kind="template" of={message.template} />
          </To>
        </Fact>
        <Fact name="Topic">
          <To to={`definitions/topic/${message.topic}`} className="text-link">
            <NameOf kind="topic" of={message.topic} />
          </To>
        </Fact>
        <Fact name="Channel">{message.channel === 'email' ? 'E-mail' : 'Webhook'}</Fact>
        {message.broadcast && (
          <Fact name="Broadcast">
            <To to={`broadcasts/${message.broadcast.id}`} className="text-link">
              {message.broadcast.name}
            </To>
          </Fact>
        )}
        {message.journey && (
          <Fact name="Journey">
            <To
              to={`journeys/${message.journey}`}
              search={{ version: message.version === null ? undefined : String(message.version), step: message.step ?? undefined }}
              className="text-link"
            >
              <NameOf kind="journey" of={message.journey} />
            </To>
            <span className="faint">
              {message.version !== null && ` v${message.version}`}
              {message.step && `, step ${message.step}`}
            </span>
          </Fact>
        )}
        {message.asked && (
          <>
            <Fact name="Asked for by">{message.asked.by}</Fact>
            <Fact name="Asked for as">{message.asked.key}</Fact>
          </>
        )}
        <Fact name="Asked for at">
          <Time at={message.createdAt} as="exact" />
        </Fact>
        <Fact name="Due">
          <Time at={message.dueAt} as="exact" />
        </Fact>
        <Fact name="Sent">
          {message.sentAt === null ? <span className="faint">Not sent</span> : <Time at={message.sentAt} as="exact" />}
        </Fact>
        {message.sentAt !== null && (
          <Fact name="Since then">
            {opens === 0 && clicks === 0 ? (
              <span className="faint">Neither opened nor clicked</span>
            ) : (
              `Opened ${opens}×, clicked ${clicks}×`
            )}
          </Fact>
        )}
      </Facts>
    </>
  );
}

const sayDid = ({ did, because }: MessageRow['byHand'][number]): string =>
  `${did === 'again' ? 'sent it again' : 'counted it as arrived'}${because && `: ${because}`}`;

/** What colleagues decided about it, the latest first. */
function ByHand({ message }: { message: MessageRow }) {
  return (
    <ul className={css.byHand} aria-label="Decided by colleagues">
      {message.byHand.toReversed().map((one) => (
        <li key={one.at}>
          <span>
            <strong>{one.by}</strong> {sayDid(one)}
          </span>
          <span className="faint">
            <Time at={one.at} as="exact" />, until then {one.was}
          </span>
        </li>
      ))}
    </ul>
  );
}
