import { access, constants, mkdir } from 'node:fs/promises';
import { Problem } from '#contract/problems.ts';
import { localServer, openHouse, readConfig } from '#main';

interface Finding {
  what: string;
  ok: boolean;
  says: string;
}

/** Checks what has to be right for Throughline to run, and says what to do about what is not. */
export async function doctor(options: { json?: boolean }): Promise<void> {
  const findings: Finding[] = [];
  const check = async (what: string, work: () => Promise<string>): Promise<void> => {
    try {
      findings.push({ what, ok: true, says: await work() });
    } catch (error) {
      findings.push({
        what,
        ok: false,
        says: error instanceof Problem ? `${error.message} ${error.toJSON().hint}` : error instanceof Error ? error.message : String(error),
      });
    }
  };
  await check('Node', async () => `version ${process.versions.node}`);
  await check('settings', async () => {
    readConfig(process.env);
    return 'every variable can be read';
  });
  const config = { ...readConfig(process.env), LOG_LEVEL: 'silent' as const };
  const server = config.DATABASE_URL ? null : await localServer(config.DATA_DIR);
  await check('data folder', async () => {
    await mkdir(config.DATA_DIR, { recursive: true });
    await access(config.DATA_DIR, constants.W_OK);
    return `${config.DATA_DIR} can be written`;
  });
  if (server)
    await check(
      'server',
      async () =>
        `runs at ${server.url} and is ${((await (await fetch(new URL('/health/ready', server.url))).json()) as { status: string }).status}`,
    );
  else
    await check('database', async () => {
      const house = await openHouse(config);
      await house.close();
      return house.deps.db.dialect === 'postgres'
        ? 'Postgres answers and has this version’s schema'
        : 'the embedded database opens; a power cut can cost its last writes';
    });
  await check('mail', async () => {
    if (!config.SMTP_URL) return 'no SMTP_URL: mail goes to the built-in mailbox, nothing leaves';
    const house = await openHouse({ ...config, DATA_DIR: `${config.DATA_DIR}/doctor` });
    try {
      await house.email?.verify();
    } finally {
      await house.close();
    }
    return 'the mail server answers';
  });
  if (options.json) console.log(JSON.stringify({ findings }));
  else for (const finding of findings) console.log(`${finding.ok ? 'ok ' : 'NO '} ${finding.what}: ${finding.says}`);
  if (findings.some((finding) => !finding.ok)) process.exit(1);
}
