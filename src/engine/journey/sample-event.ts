import type { Json, JsonObject } from '#contract/json.ts';
import type { EventMatch, PropertyTest } from '#contract/rule/event-match.ts';
import { withTrait } from '../traits.ts';

/** Properties with which an event is what is meant, as far as one can tell; to begin with, for whoever supposes that it happens. */
export const samplePropertiesOf = ({ where }: Pick<EventMatch, 'where'>): JsonObject =>
  (where ?? []).reduce<JsonObject>((properties, test) => {
    const value = sampleOf(test);
    return value === undefined || test.property.includes('[') ? properties : withTrait(properties, test.property, value);
  }, {});

function sampleOf({ op, value }: PropertyTest): Json | undefined {
  switch (op) {
    case 'equals':
    case 'contains':
    case 'starts-with':
    case 'ends-with':
    case 'at-least':
    case 'at-most':
      return value as Json;
    case 'one-of':
      return (value as Json[])[0];
    case 'has-all':
      return value as Json[];
    case 'greater':
      return (value as number) + 1;
    case 'less':
      return (value as number) - 1;
    case 'between':
      return (value as number[])[0];
    case 'exists':
      return 'anything';
    default:
      return undefined;
  }
}
