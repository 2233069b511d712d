import type { ReactNode } from 'react';
import { LiveDot } from '../frame/live-dot.tsx';
import { Page } from '../parts/page.tsx';

interface EventsPageProps {
  tab: string;
  purpose: string;
  actions?: ReactNode;
  bar: ReactNode;
  children: ReactNode;
}

/** The frame of live events, whether they came in or were refused. */
export function EventsPage(props: EventsPageProps) {
  return (
    <Page
      fit="fill"
      title={
        <>
          Live events <LiveDot />
        </>
      }
      {...props}
    />
  );
}
