import { Textarea } from '@mantine/core';
import { useState } from 'react';
import type { Vocabulary } from '#contract/routes/rules.ts';
import type { Rule } from '#contract/rule.ts';

/** The rule of a line, as text. */
export function RuleEditor({
  rule,
  onChange,
}: {
  rule: Rule | null;
  onChange: (rule: Rule | null) => void;
  vocabulary: Vocabulary;
  journey?: boolean;
}) {
  const [text, setText] = useState(rule === null ? '' : JSON.stringify(rule, null, 2));
  const [wrong, setWrong] = useState<string | null>(null);
  return (
    <Textarea
      aria-label="Rule"
      value={text}
      error={wrong}
      autosize
      minRows={3}
      styles={{ input: { fontFamily: 'var(--mono)', fontSize: 'var(--text-12)' } }}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        try {
          onChange(next.trim() === '' ? null : (JSON.parse(next) as Rule));
          setWrong(null);
        } catch {
          setWrong('This is not JSON yet.');
        }
      }}
    />
  );
}
