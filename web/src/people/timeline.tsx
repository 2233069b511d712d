import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { TimelineItem as TimelineSchema } from '#contract/routes/people.ts';
import type { z } from 'zod';
import { ActorIcon } from '../parts/actor.tsx';
import { Empty } from '../parts/empty.tsx';
import { JsonView } from '../parts/json-view.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { format } from '../parts/say-time.ts';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { Why } from '../parts/why.tsx';
import { useList } from '../query.ts';
import { useNow, useWorkspace } from '../session/workspace.tsx';
import css from './timeline.module.css';

type Item = z.infer<typeof TimelineSchema>;

function Entry({ id, item }: { id: string; item: Item }) {
  const [open, setOpen] = useState(false);
  return (
    <li className={css.entry} data-by={item.by}>
      <ActorIcon by={item.by} />
      <div className={css.words}>
        <div className={css.first}>
          <button type="button" className="plain-button" aria-expanded={open} onClick={() => setOpen(!open)}>
            {item.title}
          </button>
          {item.why && <Why person={id} about={item.why} of={item.title} />}
        </div>
        {open && <JsonView value={item.raw} label={`Raw record: ${item.title}`} />}
      </div>
      <span className={css.when}>
        <Time at={item.at} as="clock" />
      </span>
    </li>
  );
}

/** What happened to a person, newest first, by day; each with who did it, why, and the raw record behind it. */
export function Timeline({ id, kinds, short = false }: { id: string; kinds: string | undefined; short?: boolean }) {
  const { language, zone } = useWorkspace();
  const now = useNow();
  const list = useList('personTimeline', { params: { id }, query: { kinds, limit: short ? 8 : 60 } });
  const end = useRef<HTMLDivElement>(null);
  const { more, loadMore } = list;
  const load = useRef(loadMore);
  load.current = loadMore;
  useEffect(() => {
    if (short || !more || !end.current) return;
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && load.current(), { rootMargin: '600px' });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [short, more]);

  if (list.problem) return <ProblemView problem={list.problem} again={list.again} />;
  if (!list.loaded) return <Bones lines={7} />;
  if (list.rows.length === 0)
    return (
      <Empty small title={kinds ? 'Nothing of this kind' : 'Nothing has happened yet'}>
        {kinds ? 'Choose another filter.' : 'Events, messages and moves of this person will stand here.'}
      </Empty>
    );

  const dayOf = (at: number): string => format(language, zone, { weekday: 'long', day: 'numeric', month: 'long' }).format(at);
  const today = dayOf(now);
  const yesterday = dayOf(now - 86_400_000);
  const days = Object.entries(Object.groupBy(list.rows, (item) => dayOf(Date.parse(item.at))));
  return (
    <div className={css.timeline} data-stale={list.stale || undefined}>
      {days.map(([day, items]) => (
        <section key={day} aria-label={day}>
          <h3 className={css.day}>{day === today ? 'Today' : day === yesterday ? 'Yesterday' : day}</h3>
          <ul>
            {items?.map((item) => (
              <Entry key={item.id} id={id} item={item} />
            ))}
          </ul>
        </section>
      ))}
      {more && !short && (
        <div ref={end}>
          <Button size="xs" variant="default" onClick={loadMore} loading={list.loadingMore}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}
