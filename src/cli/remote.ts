import { Problem, type ProblemBody } from '#contract/problems.ts';
import { localServer } from '#main';

export interface Remote {
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
}

/** A server that the environment names, or null. */
export function remoteServer(environment: Record<string, string | undefined>): Remote | null {
  const { THROUGHLINE_URL: url, THROUGHLINE_API_KEY: key } = environment;
  if (!url) return null;
  if (!key)
    throw new Problem('config-invalid', [{ path: 'THROUGHLINE_API_KEY', message: 'must be an API key when THROUGHLINE_URL is set' }]);
  return remote(url, key);
}

/** The server that runs on this data folder, which alone may open the embedded database; null when none runs. */
export async function runningHere(dataDir: string): Promise<Remote | null> {
  const server = await localServer(dataDir);
  return server ? remote(server.url, server.secret) : null;
}

const remote = (url: string, key: string): Remote => ({
  async call(method, path, body) {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(process.env.THROUGHLINE_WORKSPACE ? { 'x-workspace': process.env.THROUGHLINE_WORKSPACE } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new Problem('store-unavailable', { url, why: error instanceof Error ? error.message : String(error) });
    });
    const answer = (await response.json().catch(() => null)) as unknown;
    if (!response.ok) throw new Problem((answer as ProblemBody | null)?.code ?? 'unexpected', (answer as ProblemBody | null)?.details);
    return answer as never;
  },
});
