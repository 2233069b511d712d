import { Button } from '@mantine/core';
import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react';
import type { Reply } from '../api.ts';
import { Linked } from '../definitions/linked.tsx';
import { To, useAddress } from '../parts/address.tsx';
import { Histogram } from '../parts/histogram.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { Card, Section } from '../parts/page.tsx';
import { PersonName } from '../parts/person-name.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { useList, useRoute } from '../query.ts';
import { LinesTable } from './lines-table.tsx';
import { sayValue } from './say-score.ts';
import type { Draft } from './score-body.ts';
import css from './score-report.module.css';
import { Warnings } from './warnings.tsx';
import { Weeks } from './weeks.tsx';

type Detail = Reply<'getScore'>;

/** Asked again so often: what people do moves every score. */
const everyMs = 30_000;

/** How a published score does: who has how much, what each line is worth, whether those above convert, who crossed. */
export function ScoreReport({ scoreKey, body }: { scoreKey: string; body: Draft }) {
  const score = useRoute('getScore', { params: { key: scoreKey } }, { refetchInterval: everyMs });
  const [address] = useAddress();
  const highlight = address.line ?? null;
  if (score.error) return <ProblemView problem={score.error} again={() => void score.refetch()} />;
  if (!score.data) return <Bones lines={12} />;
  const { data } = score;
  const people = data.distribution.reduce((sum, bin) => sum + bin.people, 0);
  return (
    <>
      {data.warnings.length > 0 && <Warnings of={data.warnings} />}
      <Section
        title="Who has how much"
        hint={`${plural(people, 'person', 'people')}, ${sayValue(data.min)} to ${sayValue(data.max)}.${
          data.thresholds.length > 0 ? ' Each threshold shows the share that stands at it or above.' : ''
        }`}
      >
        <Card>
          <Histogram title={data.name} bins={data.distribution} marks={data.thresholds} median={data.median} height={180} />
        </Card>
      </Section>
      <Section
        title="What it is made of"
        hint={`Beside the points of each line: how much more often people with it had “${data.conversion}” within 30 days than all others. 1× is no more.`}
      >
        <LinesTable score={data} body={body} highlight={highlight} />
      </Section>
      <Section title="Whether it says anything" hint={highest(data)}>
        <Card>
          <Weeks weeks={data.weeks} conversion={data.conversion} above={topOf(data)} />
        </Card>
      </Section>
      <div className={css.two}>
        <Section title="Who crossed a threshold">
          <Crossings scoreKey={scoreKey} thresholds={data.thresholds} />
        </Section>
        <Section title="Used by">
          <Linked
            items={data.uses}
            nothing={`Nothing asks about it yet. A segment, a grade or a journey can: “Score is at least ${sayNumber(60)}”.`}
          />
        </Section>
      </div>
    </>
  );
}

const topOf = (score: Detail): string | null => score.thresholds.toSorted((a, b) => b.at - a.at)[0]?.name ?? null;
const highest = (score: Detail): string =>
  topOf(score) === null
    ? 'It has no threshold yet. With one, you see here whether those above it convert.'
    : `If more people stand above ${topOf(score)} and conversions stay the same, points have become too cheap.`;

function Crossings({ scoreKey, thresholds }: { scoreKey: string; thresholds: Detail['thresholds'] }) {
  const log = useList('scoreLog', { params: { key: scoreKey }, query: { limit: 12 } });
  const nameOf = (key: string): string => thresholds.find((one) => one.key === key)?.name ?? key;
  if (log.problem) return <ProblemView problem={log.problem} again={log.again} />;
  if (!log.loaded) return <Bones lines={5} />;
  if (log.rows.length === 0)
    return (
      <p className="faint">
        {thresholds.length === 0
          ? 'There is no threshold to cross.'
          : 'Nobody has crossed one yet. Whoever does stands here with the value they had.'}
      </p>
    );
  return (
    <>
      <ul className={css.log}>
        {log.rows.map((row) => (
          <li key={row.id}>
            <span className={css.way} data-up={row.up || undefined}>
              {row.up ? <IconArrowUpRight size={15} aria-hidden="true" /> : <IconArrowDownRight size={15} aria-hidden="true" />}
            </span>
            <To to={`people/${row.person.id}`} search={{ score: scoreKey, at: row.at }} className={css.who}>
              <PersonName person={row.person} />
            </To>
            <span className={css.did}>
              {row.up ? 'rose above' : 'fell below'} {nameOf(row.threshold)} <span className="faint">with {sayValue(row.value)}</span>
            </span>
            <span className={css.when}>
              <Time at={row.at} />
            </span>
          </li>
        ))}
      </ul>
      {log.more && (
        <div>
          <Button size="xs" variant="default" onClick={log.loadMore} loading={log.loadingMore}>
            Show more
          </Button>
        </div>
      )}
    </>
  );
}
