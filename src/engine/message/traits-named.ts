import type { Template } from '#contract/definition-bodies.ts';

/** The traits that the texts of a template speak of. */
export function traitsNamed(body: Template): string[] {
  const texts =
    body.channel === 'webhook'
      ? [body.body]
      : [body.subject, body.preheader, body.html ?? '', ...(body.blocks ?? []).flatMap((block) => Object.values(block))];
  return [...new Set([...texts.join('\n').matchAll(/\bperson\.([A-Za-z_][\w.]*)/g)].map((match) => match[1]!))];
}
