import { IconAlertTriangle, IconArrowRight } from '@tabler/icons-react';
import { To } from '../parts/address.tsx';
import { Bars } from '../parts/bars.tsx';
import { plural } from '../parts/number.ts';
import { Card, Page, Section } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { format } from '../parts/say-time.ts';
import { ScreenSkeleton } from '../parts/skeleton.tsx';
import { useRoute } from '../query.ts';
import { useWaiting } from '../reviews/use-waiting.ts';
import { useNow, useWorkspace } from '../session/workspace.tsx';
import { Figures } from './figures.tsx';
import css from './home.module.css';
import { Setup } from './setup.tsx';

/** Where the workspace stands: what needs somebody, what is left to set up, the last day in numbers. */
export function Home() {
  const home = useRoute('getHome', undefined, { refetchInterval: 60_000 });
  const lag = useRoute('getLag', undefined, { refetchInterval: 30_000 });
  const { language, zone, name } = useWorkspace();
  const now = useNow();
  const waiting = useWaiting();
  if (home.error) return <ProblemView problem={home.error} again={() => void home.refetch()} page />;
  if (!home.data) return <ScreenSkeleton />;
  const { setup, today, days } = home.data;
  const yours = {
    sentence: `${plural(waiting, 'draft waits', 'drafts wait')} for your review.`,
    link: '/reviews',
    tone: 'amber' as const,
  };
  const attention = waiting > 0 ? [yours, ...home.data.attention] : home.data.attention;
  const left = setup.filter((step) => !step.done).length;
  const label = (day: string): string => format(language, 'UTC', { day: 'numeric', month: 'short' }).format(Date.parse(`${day}T12:00:00Z`));
  const series = (key: 'events' | 'newPeople' | 'sent') => days.map((day) => ({ label: label(day.day), value: day[key] }));
  const quiet = days.every((day) => day.events === 0 && day.sent === 0 && day.newPeople === 0);
  const decide = lag.data?.acceptToDecide;

  return (
    <Page
      title="Today"
      purpose={`${name}, ${format(language, zone, { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' }).format(now)}.${attention.length === 0 && left === 0 ? ' Nothing needs you right now.' : ''}`}
    >
      {attention.length > 0 && (
        <Section title="Needs somebody">
          <ul className={css.attention}>
            {attention.map((row) => (
              <li key={row.sentence}>
                <To to={row.link.replace(/^\//, '')}>
                  <span className={css.sign} data-tone={row.tone} role="img" aria-label={row.tone === 'red' ? 'Urgent' : 'Warning'}>
                    <IconAlertTriangle size={15} stroke={1.9} />
                  </span>
                  <span>{row.sentence}</span>
                  <IconArrowRight size={15} aria-hidden="true" />
                </To>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {left > 0 && (
        <Section title="Set up" hint={`${plural(left, 'step')} left. Each completes itself when it has really happened.`}>
          <Setup steps={setup} />
        </Section>
      )}
      <Section title="The last 24 hours">
        <Figures today={today} days={days} />
      </Section>
      {!quiet && (
        <Section title="14 days">
          <div className={css.charts}>
            <Card>
              <Bars title="Events" unit="events" points={series('events')} />
            </Card>
            <Card>
              <Bars title="New people" unit="people" points={series('newPeople')} color="var(--chart-2)" />
            </Card>
            <Card>
              <Bars title="Messages sent" unit="messages" points={series('sent')} />
            </Card>
          </div>
        </Section>
      )}
      {decide && decide.count > 0 && (
        <p className={css.lag}>An event is decided {decide.p95} ms after it came in, for 95 of 100 in the last five minutes.</p>
      )}
    </Page>
  );
}
