import type { DefinitionKind } from '#contract/definition.ts';
import { type Mistake, Problem } from '#contract/problems.ts';
import type { Plan } from '#contract/routes/definitions.ts';
import { type DefinitionSource, definitionsOf, readConfig, readFolder, writeFolder } from '#main';
import { remoteServer, runningHere } from './remote.ts';

/** The definitions of the workspace that the environment names, on a running server or in the database itself. */
export async function withSource<T>(work: (source: DefinitionSource) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  const remote = remoteServer(process.env) ?? (config.DATABASE_URL ? null : await runningHere(config.DATA_DIR));
  if (remote)
    return work({
      export: (what) => remote.call('GET', `/api/export?what=${what}`),
      plan: (definitions) => remote.call('POST', '/api/plan', { definitions }),
      apply: (given) => remote.call('POST', '/api/apply', given),
      rehearse: {
        start: (asked) => remote.call('POST', '/api/rehearsals', asked),
        read: (id) => remote.call('GET', `/api/rehearsals/${id}`),
        cancel: (id) => remote.call('POST', `/api/rehearsals/${id}/cancel`, {}),
        goOn: async () => undefined,
      },
    });
  return definitionsOf({ ...config, LOG_LEVEL: 'silent' }, process.env.THROUGHLINE_WORKSPACE ?? 'main', work);
}

export async function exportTo(dir: string, options: { drafts?: boolean; prune?: boolean; json?: boolean }): Promise<void> {
  const { definitions } = await withSource((source) => source.export(options.drafts ? 'drafts' : 'published'));
  await writeFolder(dir, definitions, { prune: options.prune ?? false });
  console.log(
    options.json ? JSON.stringify({ definitions: definitions.length, dir }) : `${definitions.length} definitions were written to ${dir}.`,
  );
}

export async function plan(dir: string, options: { json?: boolean }): Promise<void> {
  const folder = await readFolder(dir);
  const made = await withSource((source) => source.plan(folder.definitions));
  if (options.json) console.log(JSON.stringify(made));
  else sayPlan(made, folder);
  refuseMistakes(made, folder);
}

export async function apply(dir: string, options: { publish?: boolean; note: string; reason?: string; json?: boolean }): Promise<void> {
  const folder = await readFolder(dir);
  const done = await withSource(async (source) => {
    const made = await source.plan(folder.definitions);
    refuseMistakes(made, folder);
    return source.apply({
      definitions: folder.definitions,
      publish: options.publish ?? false,
      note: options.note,
      reason: options.reason ?? '',
      revision: made.revision,
    });
  });
  if (options.json) {
    console.log(JSON.stringify(done));
    return;
  }
  const changed = done.plan.changes.filter((change) => change.change !== 'same').length;
  console.log(
    options.publish
      ? `${done.published === 1 ? '1 definition was' : `${done.published} definitions were`} published; the rulebook is at revision ${done.revision}.`
      : changed === 1
        ? '1 draft was saved. Publish it with --publish, or in the admin.'
        : `${changed} drafts were saved. Publish them with --publish, or in the admin.`,
  );
}

type Folder = Awaited<ReturnType<typeof readFolder>>;

/** Names the file and line of each mistake. */
function refuseMistakes(made: Plan, folder: Folder): void {
  if (made.mistakes.length === 0) return;
  throw new Problem(
    'file-invalid',
    made.mistakes.map((mistake) => inFile(mistake.kind, mistake.key, mistake, folder)),
  );
}

/** A mistake or a warning, with the file and the line where it stands. */
const inFile = (kind: DefinitionKind | null, key: string, { path, message, mend }: Mistake, folder: Folder) => ({
  ...(kind ? folder.placeOf(kind, key, path) : {}),
  path,
  message,
  ...(mend === undefined ? {} : { mend }),
});

/** One line of a list of mistakes: where, what, how to mend it. */
export const sayLine = ({ file, line, kind, key, path, message, mend }: Record<string, unknown>): string =>
  [file ? `${file}:${line ?? 1}` : [kind, key].filter(Boolean).join('/'), path, message, mend].filter(Boolean).join('  ');

function sayPlan(made: Plan, folder: Folder): void {
  const changes = made.changes.filter((change) => change.change !== 'same');
  if (changes.length === 0) {
    console.log('Nothing would change.');
    return;
  }
  for (const change of changes) {
    console.log(
      `${change.change === 'add' ? '+' : change.change === 'retire' ? '-' : '~'} ${change.kind} ${change.key}${change.inFlight > 0 ? `  (${change.inFlight} in flight, they keep their version)` : ''}`,
    );
    if (change.change === 'change')
      for (const line of change.lines) console.log(`    ${line.path}: ${JSON.stringify(line.before)} → ${JSON.stringify(line.after)}`);
    for (const sentence of change.unsafe) console.log(`    ! ${sentence}`);
    for (const warning of change.warnings) console.log(`    ? ${sayLine(inFile(change.kind, change.key, warning, folder))}`);
    for (const sentence of change.beyond) console.log(`    ! Beyond the budget: ${sentence}. Publishing it takes --reason.`);
  }
  console.log(`${changes.length} of ${made.changes.length} definitions would change.`);
}
