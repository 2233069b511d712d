import * as definitions from './definitions.ts';
import * as fields from './fields.ts';
import * as identities from './identities.ts';
import * as imports from './imports.ts';
import * as journeys from './journeys.ts';
import * as messages from './messages.ts';
import * as operate from './operate.ts';
import * as people from './people.ts';
import * as rules from './rules.ts';
import * as scores from './scores.ts';
import * as segments from './segments.ts';
import type { Route } from './route.ts';

const isRoute = (value: unknown): value is Route => typeof value === 'object' && value !== null && 'method' in value && 'path' in value;

/** Every route of the API, by its name. */
export const routes = {
  ...people,
  ...identities,
  ...messages,
  ...journeys,
  ...definitions,
  ...fields,
  ...imports,
  ...rules,
  ...segments,
  ...scores,
  ...operate,
};
export const routeList = Object.entries<unknown>(routes).filter((entry): entry is [string, Route] => isRoute(entry[1]));
