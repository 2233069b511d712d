import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { promisify } from 'node:util';
import { Problem } from '#contract/problems.ts';

const [unzip, deflated, brotli] = [promisify(gunzip), promisify(inflate), promisify(brotliDecompress)];

/**
 * The text of a body. Gzip is known by its first two bytes, whatever the headers say, because clients compress without saying so and say so without
 * compressing. Refuses more than `bytesMax` after decompression, so that a small body cannot fill the memory.
 */
export const bodyText = async (body: Buffer, encoding: string | undefined, bytesMax: number): Promise<string> =>
  (await bodyBytes(body, encoding, bytesMax)).toString('utf8');

/** The same, as bytes. */
export async function bodyBytes(body: Buffer, encoding: string | undefined, bytesMax: number): Promise<Buffer> {
  let plain = body;
  try {
    if (body.length > 1 && body[0] === 0x1f && body[1] === 0x8b) plain = await unzip(body, { maxOutputLength: bytesMax });
    else if (encoding === 'deflate') plain = await deflated(body, { maxOutputLength: bytesMax });
    else if (encoding === 'br') plain = await brotli(body, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw new Problem('body-too-large');
    throw new Problem('encoding-unreadable');
  }
  if (plain.length > bytesMax) throw new Problem('body-too-large');
  return plain;
}

/** Reads JSON; the refusal says where reading stopped. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch (error) {
    throw new Problem('body-not-json', { message: error instanceof Error ? error.message.slice(0, 200) : null });
  }
}
