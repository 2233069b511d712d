import { ActionIcon, Button, Drawer } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import type { Score } from '#contract/definition-bodies.ts';
import type { PersonDetail } from '#contract/routes/people.ts';
import { call, type Reply } from '../api.ts';
import { To, useAddress } from '../parts/address.tsx';
import { plural } from '../parts/number.ts';
import { callPerson } from '../parts/person-name.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { format } from '../parts/say-time.ts';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { useReading } from '../parts/use-reading.ts';
import { instantOnWall, wallTime } from '../parts/zone-time.ts';
import { keyOf, useRoute } from '../query.ts';
import { sayPoints, sayValue } from '../scores/say-score.ts';
import { useNow, useWorkspace } from '../session/workspace.tsx';
import css from './score-ledger.module.css';

type Entry = Reply<'personScore'>['ledger'][number];

const day = 86_400_000;

/** What a score of a person is made of: every line with what it was worth and is worth, now or as of any instant. The sum is the value. */
export function ScoreLedger({ person, scoreKey }: { person: PersonDetail; scoreKey: string }) {
  const [address, setAddress] = useAddress();
  const now = useNow();
  const { zone, language } = useWorkspace();
  const at = address.at !== undefined && !Number.isNaN(Date.parse(address.at)) ? new Date(Date.parse(address.at)).toISOString() : undefined;
  const asked = useRoute(
    'personScore',
    { params: { id: person.id, key: scoreKey }, query: { at } },
    { placeholderData: (before) => before, staleTime: at === undefined ? 5_000 : 60_000 },
  );
  const score = person.scores.find((one) => one.key === scoreKey);
  const close = (): void => setAddress({ score: undefined, at: undefined });
  const look = (instant: number | null): void =>
    setAddress({
      at: instant === null || instant >= now ? undefined : new Date(Math.max(instant, Date.parse(person.createdAt))).toISOString(),
    });
  const shownAt = at === undefined ? now : Date.parse(at);
  const name = score?.name ?? scoreKey;
  return (
    <Drawer.Root opened onClose={close} position="right" size={520}>
      <Drawer.Overlay color="var(--scrim)" backgroundOpacity={1} />
      <Drawer.Content aria-label={`${name} of ${callPerson(person)}`}>
        <div className={css.head}>
          <div className={css.title}>
            <h2>{name}</h2>
            <span className="faint clip">{callPerson(person)}</span>
          </div>
          <ActionIcon onClick={close} aria-label="Close the panel" data-tip="Close" data-keys="Esc">
            <IconX size={16} />
          </ActionIcon>
        </div>
        <div className={css.body}>
          {asked.error ? (
            <ProblemView problem={asked.error} {...(asked.error.status === 404 ? {} : { again: () => void asked.refetch() })} />
          ) : !asked.data ? (
            <Bones lines={8} />
          ) : (
            <>
              <div className={css.value} data-old={asked.isPlaceholderData || undefined}>
                <strong>{sayValue(asked.data.value)}</strong>
                <span className="quiet">
                  {at === undefined ? (
                    'now'
                  ) : (
                    <>as of {format(language, zone, { dateStyle: 'medium', timeStyle: 'short' }).format(shownAt)}</>
                  )}
                  <span className="faint">
                    {' '}
                    · by{' '}
                    <To to={`definitions/score/${scoreKey}`} search={{ tab: 'versions' }} className="text-link">
                      version {asked.data.version}
                    </To>
                  </span>
                </span>
              </div>
              <div className={css.when}>
                <label className={css.field}>
                  <span>As of</span>
                  <input
                    type="datetime-local"
                    value={wallTime(shownAt, zone)}
                    min={wallTime(Date.parse(person.createdAt), zone)}
                    max={wallTime(now, zone)}
                    onChange={(event) => look(instantOnWall(event.currentTarget.value, zone))}
                  />
                </label>
                <Button size="xs" variant="default" onClick={() => look(shownAt - day)}>
                  A day before
                </Button>
                <Button size="xs" variant="default" onClick={() => look(shownAt + day)} disabled={at === undefined}>
                  A day later
                </Button>
                {at !== undefined && (
                  <Button size="xs" variant="subtle" color="gray" onClick={() => look(null)}>
                    Now
                  </Button>
                )}
              </div>
              <Curve person={person} scoreKey={scoreKey} now={now} shownAt={shownAt} onLook={look} />
              <Ledger entries={asked.data.ledger} value={asked.data.value} old={asked.isPlaceholderData} scoreKey={scoreKey} />
              <p className="faint">
                Each line is what it was worth when it was earned, and what it is worth {at === undefined ? 'now' : 'at that time'}. How it
                fades stands in{' '}
                <To to={`scores/${scoreKey}`} className="text-link">
                  {name}
                </To>
                .
              </p>
            </>
          )}
        </div>
      </Drawer.Content>
    </Drawer.Root>
  );
}

/** So many times of the same are one line that opens. */
const manyTimes = 4;

interface Lines {
  because: string;
  entries: Entry[];
}
/** Lines of the same reason stand together: what holds, what was earned, last what bounds add or take away, as the ledger has them. */
function together(entries: readonly Entry[]): Lines[] {
  const rows: Lines[] = [];
  for (const entry of entries) {
    const same = entry.at === null ? undefined : rows.find((row) => row.because === entry.because && row.entries[0]!.at !== null);
    if (same) same.entries.push(entry);
    else rows.push({ because: entry.because, entries: [entry] });
  }
  for (const row of rows) row.entries.sort((a, b) => (b.at ?? '').localeCompare(a.at ?? ''));
  return rows;
}
const sumOf = (entries: readonly Entry[], of: 'points' | 'worth'): number =>
  entries.reduce((sum, entry) => sum + Math.round(entry[of] * 1000), 0) / 1000;

function Ledger({ entries, value, old, scoreKey }: { entries: readonly Entry[]; value: number; old: boolean; scoreKey: string }) {
  const definition = useRoute('getDefinition', { params: { kind: 'score', key: scoreKey } }, { staleTime: 60_000 });
  const groups = (definition.data?.published as Score | null | undefined)?.groups ?? [];
  const groupName = (key: string): string => groups.find((group) => group.key === key)?.name ?? key;
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (because: string): void => {
    const next = new Set(open);
    next.delete(because) || next.add(because);
    setOpen(next);
  };
  if (entries.length === 0) return <p className="quiet">Nothing counts: no rule holds, and nothing was done that gives points.</p>;
  const one = (entry: Entry, key: string, inner = false) => (
    <tr key={key} data-inner={inner || undefined} data-minus={entry.worth < 0 || undefined}>
      <th scope="row">
        {inner ? (
          entry.at !== null && <Time at={entry.at} as="exact" />
        ) : (
          <>
            {entry.because}
            {entry.group !== null && !entry.because.startsWith(groupName(entry.group)) && (
              <span className={css.group}>{groupName(entry.group)}</span>
            )}
            {entry.at !== null && (
              <span className={css.earned}>
                <Time at={entry.at} as="exact" />
              </span>
            )}
          </>
        )}
      </th>
      <td className="quiet">{entry.points === entry.worth && entry.at === null ? '' : sayPoints(entry.points)}</td>
      <td>{sayPoints(entry.worth)}</td>
    </tr>
  );
  return (
    <table className={css.ledger} data-old={old || undefined}>
      <thead>
        <tr>
          <th scope="col">Because</th>
          <th scope="col">Then</th>
          <th scope="col">Worth</th>
        </tr>
      </thead>
      {together(entries).map(({ because, entries: some }, index) =>
        some.length < manyTimes ? (
          <tbody key={because + index}>{some.map((entry, at) => one(entry, String(at)))}</tbody>
        ) : (
          <tbody key={because + index}>
            <tr data-minus={sumOf(some, 'worth') < 0 || undefined}>
              <th scope="row">
                {because}
                <button
                  type="button"
                  className={`plain-button text-link ${css.times}`}
                  aria-expanded={open.has(because)}
                  onClick={() => toggle(because)}
                >
                  {plural(some.length, 'time')}
                </button>
                {some[0]!.group !== null && <span className={css.group}>{groupName(some[0]!.group)}</span>}
              </th>
              <td className="quiet">{sayPoints(sumOf(some, 'points'))}</td>
              <td>{sayPoints(sumOf(some, 'worth'))}</td>
            </tr>
            {open.has(because) && some.map((entry, at) => one(entry, String(at), true))}
          </tbody>
        ),
      )}
      <tfoot>
        <tr>
          <th scope="row">Sum</th>
          <td />
          <td>{sayValue(sumOf(entries, 'worth'))}</td>
        </tr>
        {Math.abs(sumOf(entries, 'worth') - value) > 0.0005 && (
          <tr data-minus>
            <th scope="row">The value differs from the sum</th>
            <td />
            <td>{sayValue(value)}</td>
          </tr>
        )}
      </tfoot>
    </table>
  );
}

/** So many instants are asked for the curve, over so long. */
const instants = 11;
const span = 30 * day;

/** The value over the last 30 days, at a few instants; a click looks at the ledger of that time. */
function Curve({
  person,
  scoreKey,
  now,
  shownAt,
  onLook,
}: {
  person: PersonDetail;
  scoreKey: string;
  now: number;
  shownAt: number;
  onLook: (at: number) => void;
}) {
  const { zone, language } = useWorkspace();
  const [until] = useState(now);
  const came = Date.parse(person.createdAt);
  const since = Math.max(came, until - span);
  const times = Array.from({ length: instants }, (_, index) => Math.round(since + ((until - since) * index) / (instants - 1)));
  const values = useQueries({
    queries: times.map((instant) => {
      const args = { params: { id: person.id, key: scoreKey }, query: { at: new Date(instant).toISOString() } };
      return {
        queryKey: keyOf('personScore', args),
        queryFn: () => call('personScore', args),
        staleTime: Number.POSITIVE_INFINITY,
        retry: false,
      };
    }),
  });
  const points = times.flatMap((at, index) => {
    const value = values[index]?.data?.value;
    return value === undefined ? [] : [{ at, value }];
  });
  const say = (at: number): string => format(language, zone, { day: 'numeric', month: 'short' }).format(at);
  const { at, props } = useReading(
    points.length,
    'The value over the last 30 days',
    (index) => `${say(points[index]!.at)}: ${sayValue(points[index]!.value)}`,
  );
  if (until - since < day) return null;
  const low = Math.min(0, ...points.map((point) => point.value));
  const high = Math.max(low + 1, ...points.map((point) => point.value));
  const first = since;
  const x = (instant: number): number => ((instant - first) / Math.max(1, until - first)) * 100;
  const y = (value: number): number => 96 - ((value - low) / (high - low)) * 90;
  const line = points.map((point, index) => `${index === 0 ? 'M' : 'L'}${x(point.at).toFixed(2)} ${y(point.value).toFixed(2)}`).join('');
  const read = at === null ? null : points[at]!;
  return (
    <figure className={css.curve}>
      <div
        className={css.plot}
        {...props}
        onClick={() => read && onLook(read.at)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && read) onLook(read.at);
          else props.onKeyDown(event);
        }}
      >
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {line !== '' && <path d={`${line}L${x(points.at(-1)!.at)} 100L${x(points[0]!.at)} 100Z`} className={css.area} />}
          <path d={line} className={css.stroke} vectorEffect="non-scaling-stroke" />
        </svg>
        {shownAt >= first && <span className={css.here} style={{ left: `${Math.min(100, x(shownAt))}%` }} />}
        {read && <span className={css.dot} style={{ left: `${x(read.at)}%`, top: `${y(read.value)}%` }} />}
      </div>
      <figcaption>
        <span>{say(first)}</span>
        <span className={css.read}>{read ? `${sayValue(read.value)} on ${say(read.at)}` : ''}</span>
        <span>{say(until)}</span>
      </figcaption>
      <table className="visually-hidden">
        <caption>The value over the last 30 days</caption>
        <tbody>
          {points.map((point) => (
            <tr key={point.at}>
              <th scope="row">{say(point.at)}</th>
              <td>{sayValue(point.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
