/** What a person answered, by category: `{ marketing: true }`. Segment calls it `categoryPreferences`. */
export type Preferences = Record<string, boolean>;

/** `required`: nothing happens before a yes. `given`: the site answers for it, until somebody says no. */
export type ConsentMode = 'required' | 'given';

/**
 * waiting: nobody answered yet; calls are kept in memory, nothing is stored, nothing is sent.
 * open: calls are sent, and the browser's storage is used.
 * closed: the answer was no; calls are dropped and our storage is empty.
 */
export type Gate = 'waiting' | 'open' | 'closed';

/** Categories that Global Privacy Control speaks about: use for marketing, and sale or sharing of data. */
const soldOrShared = /marketing|advertis|sale|sell|shar/i;

/**
 * Global Privacy Control wins over any answer, also a remembered one (CCPA regulations §7025).
 * In `given` mode it refuses marketing and leaves the gate as it is: the signal opts out of sale and sharing, not of a site counting its own pages.
 */
export function decide(
  mode: ConsentMode,
  asked: Preferences | undefined,
  privacyControl: boolean,
): { gate: Gate; preferences?: Preferences } {
  const preferences = privacyControl ? { ...refuse(asked, soldOrShared), marketing: false } : asked;
  const answer = mode === 'given' ? asked : asked && preferences;
  const gate = answer ? (anyGiven(answer) ? 'open' : 'closed') : mode === 'given' ? 'open' : 'waiting';
  return { gate, preferences };
}

export function anyGiven(preferences: Preferences | undefined): boolean {
  return Object.values(preferences ?? {}).includes(true);
}

/** The same answers, with a no in each category whose name matches. */
export function refuse(preferences: Preferences | undefined, categories: RegExp): Preferences {
  const refused: Preferences = {};
  for (const [category, given] of Object.entries(preferences ?? {})) refused[category] = given && !categories.test(category);
  return refused;
}

/** The earlier answers with the new ones on top; only true and false are answers. Nothing answered stays undefined. */
export function merge(earlier: Preferences | undefined, said: unknown): Preferences | undefined {
  const answers = Object.entries(said ?? {}).filter(([, given]) => typeof given === 'boolean');
  return answers.length ? Object.assign({}, earlier, ...answers.map(([category, given]) => ({ [category]: given }))) : earlier;
}
