import { setImmediate as rest } from 'node:timers/promises';
import { parse as tableParser } from 'csv-parse';
import { parse as parseNow } from 'csv-parse/sync';
import { readAddress } from '#contract/address.ts';
import { importColumnsMax, importRowsMax } from '#contract/import.ts';
import { Problem } from '#contract/problems.ts';
import { storable } from '../ingest/normalise.ts';

/** A file as a table. */
export interface ReadTable {
  encoding: string;
  delimiter: string;
  columns: string[];
  rows: string[][];
}

const delimiters = [',', ';', '\t'] as const;
/** Characters that are handed to the parser at once, so that other requests get their turn in between. */
const pieceLength = 256 * 1024;
/** A quotation mark that is never closed must not swallow the whole file. */
const recordMax = 1024 * 1024;

const options = (delimiter: string) => ({
  delimiter,
  relax_quotes: true,
  relax_column_count: true,
  skip_empty_lines: true,
  skip_records_with_empty_values: true,
  max_record_size: recordMax,
});

/** Reads a file of any usual encoding and separator. Refuses what is no table, with the line where reading stopped. */
export async function readTable(bytes: Buffer): Promise<ReadTable> {
  if (bytes.length === 0) throw unreadable('the file is empty');
  if (bytes.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004')))
    throw unreadable('this is a spreadsheet or an archive; save the sheet as CSV');
  const { text: whole, encoding } = decode(bytes);
  // Excel's own first line says which separator follows.
  const said = /^sep=(.)\r?\n/i.exec(whole);
  const text = said ? whole.slice(said[0].length) : whole;
  const delimiter = said?.[1] ?? guessDelimiter(text);
  const rows: string[][] = [];
  const parser = tableParser(options(delimiter));
  let failure: Error | null = null;
  parser.on('error', (error) => {
    failure = error;
  });
  const drain = (): void => {
    for (let row = parser.read() as string[] | null; row !== null; row = parser.read() as string[] | null) rows.push(row);
  };
  parser.on('readable', drain);
  for (let from = 0; from < text.length && failure === null; from += pieceLength) {
    parser.write(text.slice(from, from + pieceLength));
    await rest();
    if (rows.length > importRowsMax + 1) throw new Problem('file-too-large', { rows: `more than ${importRowsMax}` });
  }
  if (failure === null)
    await new Promise<void>((resolve) => {
      parser.once('end', resolve);
      parser.once('error', () => resolve());
      parser.end();
    });
  if (failure !== null) throw unreadable(sayCsvError(failure));
  const [first, ...others] = rows;
  if (!first) throw unreadable('the file holds no rows');
  if (first.length > importColumnsMax) throw new Problem('file-too-large', { columns: first.length });
  // A first line with an address in it is already somebody.
  const named = !first.some((cell) => readAddress(cell) !== null);
  const columns = first.map((cell, index) => (named && cell.trim() !== '' ? clean(cell.trim()).slice(0, 200) : `Column ${index + 1}`));
  const body = named ? others : rows;
  if (body.length === 0) throw unreadable('the file holds the names of columns and no rows');
  if (body.length > importRowsMax) throw new Problem('file-too-large', { rows: body.length });
  return { encoding, delimiter, columns, rows: body.map((row) => row.map(clean)) };
}

const clean = (text: string): string => storable(text) as string;
const unreadable = (message: string): Problem => new Problem('file-unreadable', [{ path: 'file', message }]);

function sayCsvError(error: Error): string {
  const { lines, code } = error as Error & { lines?: number; code?: string };
  const line = lines === undefined ? '' : `line ${lines}: `;
  if (code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE') return `${line}a quotation mark is opened and never closed`;
  return `${line}${error.message.slice(0, 200)}`;
}

/** The text of a file: by its byte order mark, else as UTF-8, else UTF-16 when it looks like that, else as Windows writes western texts. */
function decode(bytes: Buffer): { text: string; encoding: string } {
  const marked: [string, number[]][] = [
    ['utf-8', [0xef, 0xbb, 0xbf]],
    ['utf-16le', [0xff, 0xfe]],
    ['utf-16be', [0xfe, 0xff]],
  ];
  for (const [encoding, mark] of marked)
    if (mark.every((byte, index) => bytes[index] === byte)) return { text: new TextDecoder(encoding).decode(bytes), encoding };
  const sample = bytes.subarray(0, 4096);
  const zeros = (rest: number): number => sample.filter((byte, index) => index % 2 === rest && byte === 0).length;
  for (const [encoding, odd] of [
    ['utf-16le', 1],
    ['utf-16be', 0],
  ] as const)
    if (zeros(odd) * 4 > sample.length && zeros(1 - odd) * 8 < sample.length)
      return { text: new TextDecoder(encoding).decode(bytes), encoding };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
  }
}

/** The separator by which the first lines have the same number of cells, the more the better. */
function guessDelimiter(text: string): string {
  const start = text.slice(0, 64 * 1024);
  let best = { delimiter: ',', score: 0 };
  for (const delimiter of delimiters) {
    const lengths = firstLengths(start, delimiter);
    const columns = lengths[0] ?? 0;
    if (columns < 2) continue;
    const score = (lengths.filter((length) => length === columns).length / lengths.length) * 1_000 + columns;
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

function firstLengths(text: string, delimiter: string): number[] {
  try {
    // The last line may be cut off.
    return parseNow(text, { ...options(delimiter), to: 50 }).map((row) => row.length);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [];
  }
}
