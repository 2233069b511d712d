import type { Block, Template } from '#contract/definition-bodies.ts';
import { isObject } from '#contract/json.ts';
import { traitsNamed } from '#engine/message/traits-named.ts';
import { textOf } from '../edit/draft.ts';
import type { Reading } from '../edit/use-draft.ts';

/** A mail of blocks, as the panel of a step writes it. */
export type Mail = Omit<Extract<Template, { channel: 'email' }>, 'html' | 'blocks'> & { blocks: Block[] };

/** Null when it is no mail of blocks: a webhook, or a finished HTML body. */
function readMail(body: unknown): Mail | null {
  if (!isObject(body) || body.channel !== 'email' || body.html !== undefined) return null;
  const blocks = Array.isArray(body.blocks)
    ? body.blocks.filter((block): block is Block => isObject(block) && typeof block.block === 'string')
    : [];
  return { name: '', subject: '', preheader: '', fallbacks: {}, ...body, channel: 'email', blocks } as Mail;
}
export const mailReading: Reading<Mail> = { read: readMail, text: textOf };

/** What a mail begins with: nothing that could be sent by mistake. */
export const blankMail = (name: string): Mail => ({
  channel: 'email',
  name,
  subject: '',
  preheader: '',
  blocks: [{ block: 'text', text: '' }],
  fallbacks: { firstName: 'there' },
});

export const blankBlock: Record<Block['block'], () => Block> = {
  heading: () => ({ block: 'heading', text: '' }),
  text: () => ({ block: 'text', text: '' }),
  button: () => ({ block: 'button', label: 'Read on', link: 'https://' }),
  image: () => ({ block: 'image', source: 'https://', alt: '' }),
  divider: () => ({ block: 'divider' }),
};
export const blockNames: Record<Block['block'], string> = {
  heading: 'Heading',
  text: 'Text',
  button: 'Button',
  image: 'Image',
  divider: 'Line',
};

export const setBlock = (mail: Mail, index: number, part: object): Mail => ({
  ...mail,
  blocks: mail.blocks.with(index, { ...mail.blocks[index]!, ...part } as Block),
});
export function moveBlock(mail: Mail, index: number, by: 1 | -1): Mail {
  const block = mail.blocks[index];
  const to = index + by;
  if (!block || to < 0 || to >= mail.blocks.length) return mail;
  return { ...mail, blocks: mail.blocks.toSpliced(index, 1).toSpliced(to, 0, block) };
}

/** The traits that its texts speak of, each with what stands there when somebody has none. */
export const fallbacksOf = (mail: Mail): { path: string; instead: string }[] =>
  traitsNamed(mail)
    .filter((path) => path !== 'email')
    .map((path) => ({ path, instead: mail.fallbacks[path] ?? '' }));
