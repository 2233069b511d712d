import type { Dirent } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type DefinitionKind, definitionKinds, LooseDefinition } from '#contract/definition.ts';
import { isSame } from '#contract/diff.ts';
import { Key } from '#contract/key.ts';
import { Problem } from '#contract/problems.ts';
import { type Place, readDefinition, writeDefinition, writeSchema } from './definition-text.ts';

/** A place in a folder of definitions; `file` is relative to the folder. */
export interface FilePlace extends Place {
  file: string;
}
export interface FileMistake extends FilePlace {
  message: string;
}

/** A folder of definitions, read: journeys/welcome.yaml is the journey "welcome". */
export interface DefinitionFolder {
  /** In the order of the kinds, then of the keys. */
  definitions: LooseDefinition[];
  /** What lies in the folder and was not read, because it cannot be a definition: README.md, schemas/… */
  ignored: string[];
  /** Where a part of a definition stands; the path is that of a mistake, as steps.2.timeout. */
  placeOf(kind: DefinitionKind | null, key: string, path: string): FilePlace;
}

const kinds = Object.keys(definitionKinds) as DefinitionKind[];
const folders = kinds.map((kind) => definitionKinds[kind].folder as string);
const schemaFolder = 'schemas';
const isYaml = (name: string): boolean => /\.ya?ml$/i.test(name);
const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
const fileOf = (kind: DefinitionKind, key: string): string => `${definitionKinds[kind].folder}/${key}.yaml`;

/** Reads a folder of definitions. Refuses with every mistake of every file at once; reads nothing outside and follows no links. */
export async function readFolder(dir: string): Promise<DefinitionFolder> {
  const definitions: LooseDefinition[] = [];
  const mistakes: FileMistake[] = [];
  const ignored: string[] = [];
  const places = new Map<string, (path: string) => Place>();
  const wrong = (file: string, message: string): void => void mistakes.push({ file, line: 1, column: 1, message });

  const top = await listFolder(dir);
  if (top === null) throw new Problem('file-invalid', [{ file: dir, line: 1, column: 1, message: 'there is no such folder' }]);
  for (const entry of top) {
    if (entry.name.startsWith('.') || entry.name === schemaFolder || folders.includes(entry.name)) continue;
    const stray = entry.isDirectory()
      ? ((await listFolder(join(dir, entry.name))) ?? []).some((inner) => isYaml(inner.name))
      : isYaml(entry.name);
    if (stray) wrong(entry.name, `is not where a definition lives; the folders are ${folders.join(', ')}`);
    else ignored.push(entry.name);
  }

  for (const kind of kinds) {
    const { folder } = definitionKinds[kind];
    const own = top.find((entry) => entry.name === folder);
    if (own && !own.isDirectory()) wrong(folder, own.isSymbolicLink() ? 'is a link; put the folder itself here' : 'must be a folder');
    if (!own?.isDirectory()) continue;
    for (const entry of (await listFolder(join(dir, folder))) ?? []) {
      const file = `${folder}/${entry.name}`;
      const key = entry.name.replace(/\.yaml$/, '');
      if (entry.name.startsWith('.')) continue;
      if (entry.isSymbolicLink()) wrong(file, 'is a link; put the file itself here');
      else if (!entry.isFile()) wrong(file, 'must be a file, not a folder');
      else if (!isYaml(entry.name)) ignored.push(file);
      else if (!entry.name.endsWith('.yaml')) wrong(file, 'must end in .yaml');
      else if (!Key.safeParse(key).success)
        wrong(
          file,
          'the name before .yaml is the key: lower case letters, digits and hyphens, starting with a letter, at most 63 characters',
        );
      else {
        const read = readBytes(await readFile(join(dir, file)));
        if (read.ok) {
          definitions.push({ kind, key, body: read.body });
          places.set(file, read.placeOf);
        } else mistakes.push(...read.mistakes.map((mistake) => ({ file, ...mistake })));
      }
    }
  }
  if (mistakes.length > 0) throw new Problem('file-invalid', mistakes);
  return {
    definitions,
    ignored,
    placeOf(kind, key, path) {
      const file = kind === null ? '.' : fileOf(kind, key);
      return { file, ...(places.get(file)?.(path) ?? { line: 1, column: 1 }) };
    },
  };
}

/** What lies in a folder, by name; null when it is not there. */
async function listFolder(dir: string): Promise<Dirent[] | null> {
  try {
    return (await readdir(dir, { withFileTypes: true })).sort(byName);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

function readBytes(bytes: Buffer): ReturnType<typeof readDefinition> {
  try {
    return readDefinition(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { ok: false, mistakes: [{ line: 1, column: 1, message: 'must be text in UTF-8' }] };
  }
}

/** What writing did, as paths relative to the folder. */
export interface WrittenFolder {
  written: string[];
  /** Files that said so already; they keep their own layout and comments. */
  kept: string[];
  removed: string[];
}

/**
 * Writes definitions as files, and the schemas that editors complete by. A file that says the same already is left as it is. With `prune`, files
 * in the folders of the kinds whose name is that of a definition which is not among these are removed; nothing else ever is.
 */
export async function writeFolder(
  dir: string,
  definitions: readonly LooseDefinition[],
  options: { prune?: boolean } = {},
): Promise<WrittenFolder> {
  const done: WrittenFolder = { written: [], kept: [], removed: [] };
  // A key becomes a file name, so none gets this far that could lead out of the folder.
  const wanted = new Map(definitions.map((each) => LooseDefinition.parse(each)).map((each) => [fileOf(each.kind, each.key), each]));
  const put = async (file: string, text: string, saysSame: (there: Buffer) => boolean): Promise<void> => {
    const there = await readFile(join(dir, file)).catch((error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? null : Promise.reject(error),
    );
    if (there && saysSame(there)) return void done.kept.push(file);
    // Whole or not at all: an editor that has the folder open never reads half a file.
    const beside = join(dir, dirname(file), `.${basename(file)}.${process.pid}.new`);
    await writeFile(beside, text);
    await rename(beside, join(dir, file));
    done.written.push(file);
  };

  await ownFolder(dir, schemaFolder);
  for (const kind of kinds) {
    const text = writeSchema(kind);
    await put(`${schemaFolder}/${kind}.json`, text, (there) => there.equals(Buffer.from(text)));
  }
  for (const kind of kinds) {
    const { folder } = definitionKinds[kind];
    const mine = [...wanted].filter(([, each]) => each.kind === kind).sort(([a], [b]) => (a < b ? -1 : 1));
    if (mine.length > 0) await ownFolder(dir, folder);
    for (const [file, each] of mine) await put(file, writeDefinition(each), (there) => saysTheSame(there, each));
    if (!options.prune) continue;
    for (const file of await definitionFiles(dir, folder)) {
      if (wanted.has(file)) continue;
      await rm(join(dir, file));
      done.removed.push(file);
    }
  }
  return done;
}

/** Makes a folder, and refuses one that is a link: what lies behind it belongs to somebody else. */
async function ownFolder(dir: string, folder: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  const there = (await listFolder(dir))?.find((entry) => entry.name === folder);
  if (there && !there.isDirectory())
    throw new Problem('file-invalid', [{ file: folder, line: 1, column: 1, message: 'must be a folder, not a file or a link' }]);
  await mkdir(join(dir, folder), { recursive: true });
}

/** The files in a folder of ours that have the name of a definition. */
async function definitionFiles(dir: string, folder: string): Promise<string[]> {
  const own = (await listFolder(dir))?.find((entry) => entry.name === folder);
  if (!own?.isDirectory()) return [];
  const entries = (await listFolder(join(dir, folder))) ?? [];
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml') && Key.safeParse(entry.name.slice(0, -'.yaml'.length)).success)
    .map((entry) => `${folder}/${entry.name}`);
}

/** Whether a file says what the definition says, defaults left out or written. */
function saysTheSame(bytes: Buffer, definition: LooseDefinition): boolean {
  const read = readBytes(bytes);
  if (!read.ok) return false;
  const whole = (body: unknown): unknown => {
    const parsed = definitionKinds[definition.kind].body.safeParse(body);
    return parsed.success ? parsed.data : body;
  };
  return isSame(whole(read.body), whole(definition.body));
}
