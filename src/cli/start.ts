import { Problem } from '#contract/problems.ts';
import { localServer, openHouse, readConfig, startThroughline } from '#main';

/** Starts and runs until it is told to stop; a second signal while stopping changes nothing. */
export async function start(): Promise<void> {
  const config = readConfig(process.env);
  const began = performance.now();
  let told = false;
  let stop = (_signal: string): void => {
    told = true;
  };
  // Told to stop while it starts, it finishes starting and stops then; what is half made is finished by the next start.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(signal));
  const running = await startThroughline(config);
  const { house, address } = running;
  if (address !== null) {
    const token = await house.doorkeeper.newSignInToken();
    const base =
      config.PUBLIC_URL ?? address.replace('[::1]', 'localhost').replace('127.0.0.1', 'localhost').replace('0.0.0.0', 'localhost');
    console.log(
      `\n  Throughline is ready at ${base} (${((performance.now() - began) / 1000).toFixed(1)} s, ${house.deps.db.dialect === 'postgres' ? 'Postgres' : `embedded database in ${config.DATA_DIR}`})`,
    );
    console.log(`  Sign in: ${base}/signin#token=${token}`);
    console.log('  The link works once, for an hour. A new one: npx throughline link');
    if (house.deps.db.dialect === 'pglite')
      console.log(
        '  The embedded database survives a crash of the program, but a power cut can cost the last writes. For durable writes set DATABASE_URL.\n',
      );
  }
  stop = (signal) => {
    house.deps.log.info({ signal }, 'stopping: what is under way is finished first');
    void running.stop().then(
      () => process.exit(0),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  if (told) stop('while starting');
}

export async function migrateOnly(options: { json?: boolean }): Promise<void> {
  const house = await openHouse(readConfig(process.env));
  await house.close();
  console.log(options.json ? JSON.stringify({ migrated: true }) : 'The database has the schema of this version.');
}

/** Prints a new sign-in link: the running server makes it, or, when none runs, the database. */
export async function link(options: { json?: boolean }): Promise<void> {
  const config = readConfig(process.env);
  const server = await localServer(config.DATA_DIR);
  const token = server ? await tokenFrom(server) : await tokenFromDatabase(config);
  const url = `${config.PUBLIC_URL ?? server?.url.replace('127.0.0.1', 'localhost') ?? `http://localhost:${config.PORT}`}/signin#token=${token}`;
  console.log(options.json ? JSON.stringify({ url }) : `Sign in: ${url}\nThe link works once, for an hour.`);
}

async function tokenFrom(server: { url: string; secret: string }): Promise<string> {
  const response = await fetch(new URL('/local/link', server.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${server.secret}` },
  });
  if (!response.ok) throw new Problem('store-unavailable', { status: response.status });
  return ((await response.json()) as { token: string }).token;
}

async function tokenFromDatabase(config: ReturnType<typeof readConfig>): Promise<string> {
  const house = await openHouse({ ...config, LOG_LEVEL: 'silent' });
  try {
    return await house.doorkeeper.newSignInToken();
  } finally {
    await house.close();
  }
}
