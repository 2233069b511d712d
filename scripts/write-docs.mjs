// Writes the handbook pages that are made from the code: node scripts/write-docs.mjs. A test holds them equal to it.

import fs from 'node:fs';
import { problems } from '../src/contract/problems.ts';

export function problemsPage() {
  const rows = Object.entries(problems)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { status, sentence, hint }]) => `| \`${code}\` | ${status} | ${cell(sentence)} | ${cell(hint)} |`);
  return `# Every refusal and its next step

Whatever Throughline refuses, it answers with \`{code, message, hint, details}\` and the status below: what is wrong in one
sentence, and what to do next. The details name the fields, the lines or the ids that are meant. The commands say the same sentences.

This page is written by \`node scripts/write-docs.mjs\` from \`src/contract/problems.ts\`.

| code | status | what is wrong | what to do |
|---|---|---|---|
${rows.join('\n')}
`;
}

const cell = (text) => text.replaceAll('|', '\\|');

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fs.realpathSync(new URL(import.meta.url).pathname)) {
  fs.writeFileSync(new URL('../docs/problems.md', import.meta.url), problemsPage());
}
