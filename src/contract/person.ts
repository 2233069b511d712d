import type { Instant } from './instant.ts';
import type { JsonObject } from './json.ts';

/** What is known of a person, as it is stored and as the engine sees it; the engine's own state of them stands beside it. */
export interface KnownPerson {
  id: string;
  traits: JsonObject;
  email: string | null;
  phone: string | null;
  name: string | null;
  userId: string | null;
  zone: string | null;
  owner: string | null;
  stage: string | null;
  stageSince: Instant | null;
  entryPoint: string;
  firstSource: JsonObject | null;
  /** Where they came from the last time that something said so. */
  lastSource: JsonObject | null;
  /** country, region, city; as far as they are known. */
  place: JsonObject | null;
  createdAt: Instant;
  lastSeenAt: Instant | null;
  mergedInto: string | null;
  erasedAt: Instant | null;
}
