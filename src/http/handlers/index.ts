import type { Handlers } from '../api.ts';
import { broadcasts } from './broadcasts.ts';
import { colleagues } from './colleagues.ts';
import { definitions } from './definitions.ts';
import { experiments } from './experiments.ts';
import { fields } from './fields.ts';
import { identities } from './identities.ts';
import { imports } from './imports.ts';
import { journeys } from './journeys.ts';
import { messages } from './messages.ts';
import { operate } from './operate.ts';
import { people } from './people.ts';
import { rehearsals } from './rehearsals.ts';
import { rules } from './rules.ts';
import { scores } from './scores.ts';
import { segments } from './segments.ts';
import { starters } from './starters.ts';

/** Every route has its handler here; the type says which one is missing. */
export const handlers: Handlers = {
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
