import { Autocomplete, CloseButton } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useKeys } from '../parts/keys.ts';

/** Only events of this name; offers the names that are on the screen. */
export function EventNameFilter({
  value,
  names,
  onChange,
}: {
  value: string | undefined;
  names: string[];
  onChange: (value: string | undefined) => void;
}) {
  const [text, setText] = useState(value ?? '');
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => setText(value ?? ''), [value]);
  useKeys({ '/': () => box.current?.focus() });
  const send = (next: string): void => onChange(next.trim() || undefined);
  return (
    <Autocomplete
      ref={box}
      w={240}
      miw={180}
      size="sm"
      value={text}
      onChange={setText}
      onOptionSubmit={send}
      data={[...new Set(names)].sort()}
      limit={30}
      aria-label="Only events called"
      placeholder="Only events called"
      leftSection={<IconFilter size={15} />}
      comboboxProps={{ width: 260, position: 'bottom-start' }}
      rightSection={
        text === '' ? (
          <kbd className="faint">/</kbd>
        ) : (
          <CloseButton size="sm" aria-label="Show all events" onClick={() => onChange(undefined)} />
        )
      }
      onKeyDown={(event) => {
        if (event.key === 'Enter') send(event.currentTarget.value);
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
