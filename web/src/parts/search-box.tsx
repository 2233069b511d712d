import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useKeys } from './keys.ts';

/** Search over a list; / comes here. The value belongs in the address, so it is handed over a moment after the last key. */
export function SearchBox({
  value,
  onChange,
  placeholder,
  width = 260,
}: {
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
  width?: number;
}) {
  const [text, setText] = useState(value);
  const box = useRef<HTMLInputElement>(null);
  const sent = useRef(value);
  const send = useDebouncedCallback((next: string) => {
    sent.current = next;
    onChange(next);
  }, 220);
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  useKeys({ '/': () => box.current?.focus() });
  const change = (next: string): void => {
    setText(next);
    send(next);
  };
  return (
    <TextInput
      ref={box}
      w={width}
      miw={200}
      value={text}
      placeholder={placeholder}
      aria-label={placeholder}
      type="search"
      leftSection={<IconSearch size={15} />}
      rightSection={
        text === '' ? <kbd className="faint">/</kbd> : <CloseButton size="sm" onClick={() => change('')} aria-label="Clear the search" />
      }
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' && event.key !== 'Enter') return;
        event.preventDefault(); // back to the rows; the search stays
        event.currentTarget.blur();
      }}
    />
  );
}
