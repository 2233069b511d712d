import type { Rule } from '#contract/rule.ts';
import { Linked } from '../definitions/linked.tsx';
import { plural, sayNumber, sayPercent } from '../parts/number.ts';
import { Card, Section } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { useRoute } from '../query.ts';
import { useWorkspace } from '../session/workspace.tsx';
import { AskPerson } from './ask-person.tsx';
import { MembersChart } from './members-chart.tsx';
import css from './segment-overview.module.css';

/** Who belongs, over time and in words; what asks about it; whether somebody is in. */
export function SegmentOverview({ of, rule }: { of: string; rule: Rule | null }) {
  const { language } = useWorkspace();
  const segment = useRoute('getSegment', { params: { key: of } });
  const all = useRoute('countPeople', undefined);
  if (segment.error) return <ProblemView problem={segment.error} again={() => void segment.refetch()} />;
  if (!segment.data) return <Bones lines={8} />;
  const { data } = segment;
  return (
    <div className={css.overview}>
      <div className={css.main}>
        <Card>
          <MembersChart days={data.history} language={language} />
        </Card>
        <Section title="Who belongs">
          <p className={css.words}>
            {data.words === null ? 'Whoever is put on the list, until they are taken off.' : `People for whom: ${data.words}.`}
          </p>
          <p className="faint">
            {all.data && `${sayPercent(data.people, all.data.total)} of ${plural(all.data.total, 'person', 'people')}. `}
            {sayNumber(data.entered7d)} entered and {sayNumber(data.left7d)} left in 7 days.{' '}
            {data.words === null
              ? ''
              : data.timed
                ? 'People also leave or enter because time passes, exact to the second. '
                : 'It changes with what people do, in the moment they do it. '}
            {data.lastChangeAt && (
              <>
                Last change <Time at={data.lastChangeAt} />.
              </>
            )}
          </p>
        </Section>
      </div>
      <div className={css.beside}>
        {rule && (
          <Section title="Is somebody in?">
            <AskPerson rule={rule} name={data.name} />
          </Section>
        )}
        <Section title="Used by">
          <Linked items={data.uses} nothing="Nothing asks about it yet. Journeys, scores and other segments can, by its name." />
        </Section>
        {rule && (
          <Section title="Asks about">
            <Linked items={data.reads} nothing="No other definition: only what people are and did." />
          </Section>
        )}
      </div>
    </div>
  );
}
