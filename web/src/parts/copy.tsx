import { ActionIcon } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';

/** Copies a text; the icon answers. */
export function Copy({ text, what = 'text', size = 26 }: { text: string; what?: string; size?: number }) {
  const clipboard = useClipboard({ timeout: 1400 });
  return (
    <ActionIcon
      size={size}
      onClick={() => clipboard.copy(text)}
      aria-label={clipboard.copied ? 'Copied' : `Copy ${what}`}
      data-tip={clipboard.copied ? 'Copied' : `Copy ${what}`}
    >
      {clipboard.copied ? <IconCheck size={15} color="var(--good)" /> : <IconCopy size={15} />}
    </ActionIcon>
  );
}
