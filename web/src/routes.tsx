import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { Frame } from './frame/frame.tsx';
import { Broken, Nowhere } from './frame/nowhere.tsx';
import { parseSearch, stringifySearch } from './parts/address.tsx';
import { ScreenSkeleton } from './parts/skeleton.tsx';
import { Landing } from './session/landing.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: Nowhere });
const workspace = createRoute({ getParentRoute: () => root, path: '/w/$workspace', component: Frame, notFoundComponent: Nowhere });
const landing = createRoute({ getParentRoute: () => root, path: '/', component: Landing });
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/signin',
  component: lazyRouteComponent(() => import('./session/sign-in.tsx'), 'SignIn'),
});

/** A screen of the workspace, loaded when it is first opened. `load` gives the module, `name` its component. */
const screen = <M extends Record<string, unknown>>(path: string, load: () => Promise<M>, name: keyof M & string) =>
  createRoute({
    getParentRoute: () => workspace,
    path,
    component: lazyRouteComponent(load as () => Promise<Record<string, ComponentType>>, name),
  });

/** One line a screen. */
const screens = [
  screen('/', () => import('./home/home.tsx'), 'Home'),
  screen('/people', () => import('./people/people-list.tsx'), 'PeopleList'),
  screen('/people/$id', () => import('./people/profile.tsx'), 'Profile'),
  screen('/segments', () => import('./segments/segments.tsx'), 'Segments'),
  screen('/segments/$key', () => import('./segments/segment-page.tsx'), 'SegmentPage'),
  screen('/scores', () => import('./scores/scores.tsx'), 'Scores'),
  screen('/scores/$key', () => import('./scores/score-page.tsx'), 'ScorePage'),
  screen('/fields', () => import('./fields/fields.tsx'), 'Fields'),
  screen('/identities', () => import('./identities/identities.tsx'), 'Identities'),
  screen('/import', () => import('./imports/import.tsx'), 'Import'),
  screen('/lifecycle', () => import('./lifecycle/board.tsx'), 'LifecycleBoard'),
  screen('/install', () => import('./install/install.tsx'), 'Install'),
  screen('/tasks', () => import('./tasks/tasks-page.tsx'), 'TasksPage'),
  screen('/events', () => import('./events/live-events.tsx'), 'LiveEvents'),
  screen('/messages', () => import('./messages/messages.tsx'), 'Messages'),
  screen('/mailbox', () => import('./mailbox/mailbox.tsx'), 'Mailbox'),
  screen('/stops', () => import('./messages/stops.tsx'), 'Stops'),
  screen('/journeys', () => import('./journeys/journeys.tsx'), 'Journeys'),
  screen('/journeys/$key', () => import('./journeys/journey-page.tsx'), 'JourneyPage'),
  screen('/broadcasts', () => import('./broadcasts/broadcasts.tsx'), 'Broadcasts'),
  screen('/broadcasts/$id', () => import('./broadcasts/broadcast-page.tsx'), 'BroadcastPage'),
  screen('/experiments', () => import('./experiments/experiments.tsx'), 'Experiments'),
  screen('/starters', () => import('./starters/starters.tsx'), 'Starters'),
  screen('/rehearsals', () => import('./rehearsals/rehearsals.tsx'), 'Rehearsals'),
  screen('/rehearsals/$id', () => import('./rehearsals/rehearsal-page.tsx'), 'RehearsalPage'),
  screen('/definitions', () => import('./definitions/definitions.tsx'), 'Definitions'),
  screen('/definitions/$kind/$key', () => import('./definitions/definition-page.tsx'), 'DefinitionPage'),
  screen('/map', () => import('./map/map.tsx'), 'HouseMapPage'),
  screen('/reviews', () => import('./reviews/reviews.tsx'), 'Reviews'),
  screen('/backfills', () => import('./definitions/backfills.tsx'), 'Backfills'),
  screen('/audit', () => import('./definitions/audit.tsx'), 'Audit'),
  screen('/settings', () => import('./settings/settings.tsx'), 'Settings'),
];

export const router = createRouter({
  routeTree: root.addChildren([landing, signIn, workspace.addChildren(screens)]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPendingMs: 150,
  defaultPendingComponent: ScreenSkeleton,
  defaultErrorComponent: Broken,
  scrollRestoration: false,
});
