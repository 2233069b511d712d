import * as broadcasts from './broadcasts.ts';
import * as colleagues from './colleagues.ts';
import * as definitions from './definitions.ts';
import * as experiments from './experiments.ts';
import * as fields from './fields.ts';
import * as identities from './identities.ts';
import * as imports from './imports.ts';
import * as journeys from './journeys.ts';
import * as messages from './messages.ts';
import * as operate from './operate.ts';
import * as people from './people.ts';
import * as rehearsals from './rehearsals.ts';
import * as rules from './rules.ts';
import * as scores from './scores.ts';
import * as segments from './segments.ts';
import * as starters from './starters.ts';
import type { Route } from './route.ts';

const isRoute = (value: unknown): value is Route => typeof value === 'object' && value !== null && 'method' in value && 'path' in value;

/** Every route of the API, by its name. */
export const routes = {
  ...people,
  ...identities,
  ...messages,
  ...journeys,
  ...broadcasts,
  ...experiments,
  ...rehearsals,
  ...definitions,
  ...fields,
  ...imports,
  ...rules,
  ...segments,
  ...scores,
  ...starters,
  ...operate,
  ...colleagues,
};
export const routeList = Object.entries<unknown>(routes).filter((entry): entry is [string, Route] => isRoute(entry[1]));
