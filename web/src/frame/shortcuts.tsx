import { useHotkeys } from '@mantine/hooks';
import { useMantineColorScheme } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useGo } from '../parts/address.tsx';
import { useKeys } from '../parts/keys.ts';
import { Commands } from './commands.tsx';
import { onOpen, openCommands } from './commands-open.ts';
import { Help } from './help.tsx';
import { usePlaces } from './use-places.ts';

/** Keys that work on every screen, and what they open. */
export function Shortcuts() {
  const go = useGo();
  const places = usePlaces();
  const { toggleColorScheme } = useMantineColorScheme();
  const [help, setHelp] = useState(false);
  useEffect(() => onOpen('help', () => setHelp(true)), []);
  useHotkeys([['mod+K', openCommands]], []);
  const all = [...places, ...places.flatMap((place) => place.inside ?? [])];
  useKeys({
    ...Object.fromEntries(all.filter((place) => place.key).map((place) => [`g ${place.key}`, () => go(place.to)])),
    '?': () => setHelp(true),
    'g g': () => toggleColorScheme(),
  });
  return (
    <>
      <Commands />
      <Help open={help} onClose={() => setHelp(false)} />
    </>
  );
}
