/** Who sets the stops that nobody set by hand. */
export const breakerName = 'breaker';

/** The scope of a stop as a part of a sentence: "journey:welcome" → the journey “Welcome”. */
export function sayStopped(scope: string, journey: (key: string) => string = (key) => key): string {
  const [kind, key = ''] = scope.split(/:(.*)/s);
  if (kind === 'workspace') return 'the workspace';
  if (kind === 'person') return 'one person';
  if (kind === 'journey') return `the journey “${journey(key)}”`;
  if (key === 'email') return 'e-mail';
  return key === 'webhook' ? 'webhooks' : `the channel ${key}`;
}
