import { useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { createSpotlight, Spotlight } from '@mantine/spotlight';
import { useNavigate } from '@tanstack/react-router';
import {
  IconBuilding,
  IconClockPlay,
  IconContrast,
  IconFilter,
  IconKeyboard,
  IconGauge,
  IconRoute,
  IconSearch,
  IconUserPlus,
  IconUserQuestion,
} from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useAddress, useGo, usePlace } from '../parts/address.tsx';
import { callPerson, Face } from '../parts/person-name.tsx';
import { useRoute } from '../query.ts';
import { useSession, useWorkspace } from '../session/workspace.tsx';
import { onOpen, openHelp } from './commands-open.ts';
import { useTurn } from './practice-clock.tsx';
import { usePlaces } from './use-places.ts';

const [store, spotlight] = createSpotlight();

interface Command {
  id: string;
  label: string;
  about?: string;
  icon: ReactNode;
  keys?: string;
  run: () => void;
}

const size = { size: 17, stroke: 1.7 };

/** ⌘K: go to any screen, find a person, switch workspace, turn the clock, light or dark. */
export function Commands() {
  const [text, setText] = useState('');
  const [opened, setOpened] = useState(false);
  const [asked] = useDebouncedValue(text.trim(), 160);
  const go = useGo();
  const navigate = useNavigate();
  const places = usePlaces();
  const workspace = useWorkspace();
  const { workspaces } = useSession();
  const { toggleColorScheme } = useMantineColorScheme();
  const { turn } = useTurn();
  const [, setAddress] = useAddress();
  const isJourney = /^journeys\/[^/]+$/.test(usePlace());
  const people = useRoute('listPeople', { query: { search: asked, limit: 6 } }, { enabled: asked.length >= 2 });
  useEffect(() => onOpen('commands', () => spotlight.open()), []);

  const all: [group: string, Command[]][] = [
    [
      'Go to',
      places.flatMap((place): Command[] => {
        const { icon: Icon } = place;
        const inside = (place.inside ?? []).filter((part) => part.to !== place.to);
        return [place, ...inside].map((part) => ({
          id: `go-${part.to}-${part.name}`,
          label: part.name,
          about: part.about,
          icon: <Icon {...size} />,
          run: () => go(part.to),
          ...(part.key ? { keys: `g ${part.key}` } : {}),
        }));
      }),
    ],
    [
      'Do',
      [
        ...(isJourney
          ? [
              {
                id: 'try',
                label: 'Try this journey with a person',
                icon: <IconUserQuestion {...size} />,
                keys: 't',
                run: () => setAddress({ try: '1', trace: undefined, panel: undefined }),
              },
            ]
          : []),
        { id: 'journey', label: 'New journey', icon: <IconRoute {...size} />, run: () => go('journeys', { new: '1' }) },
        { id: 'segment', label: 'New segment', icon: <IconFilter {...size} />, run: () => go('segments', { new: '1' }) },
        { id: 'add', label: 'Add a person', icon: <IconUserPlus {...size} />, run: () => go('people', { add: '1' }) },
        { id: 'score', label: 'New score', icon: <IconGauge {...size} />, run: () => go('scores', { new: 'score' }) },
        ...(workspace.practice
          ? [
              ['1 hour', 'PT1H'],
              ['1 day', 'P1D'],
              ['1 week', 'P1W'],
            ].map(
              ([label, advance]): Command => ({
                id: advance!,
                label: `Turn the clock ${label} on`,
                icon: <IconClockPlay {...size} />,
                run: () => turn(advance!),
              }),
            )
          : []),
        { id: 'scheme', label: 'Switch light and dark', icon: <IconContrast {...size} />, run: toggleColorScheme },
        { id: 'help', label: 'Show shortcuts', icon: <IconKeyboard {...size} />, keys: '?', run: openHelp },
      ],
    ],
    [
      'Switch workspace',
      workspaces
        .filter((row) => row.slug !== workspace.slug)
        .map(
          (row): Command => ({
            id: `w-${row.slug}`,
            label: row.name,
            about: row.practice ? 'Practice' : 'Real',
            icon: <IconBuilding {...size} />,
            run: () => void navigate({ to: `/w/${row.slug}` as never }),
          }),
        ),
    ],
  ];
  const wanted = text.trim().toLowerCase();
  const fits = (command: Command): boolean => wanted === '' || `${command.label} ${command.about ?? ''}`.toLowerCase().includes(wanted);
  const groups = all.map(([group, commands]) => [group, commands.filter(fits)] as const).filter(([, commands]) => commands.length > 0);
  const found = asked.length >= 2 && wanted !== '' ? (people.data?.items ?? []) : [];
  const nothing = groups.length === 0 && found.length === 0;

  // The first answer is chosen, so that Enter takes it.
  const first = found[0]?.id ?? groups[0]?.[1][0]?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: they say when the list has other rows
  useEffect(() => {
    const timer = setTimeout(() => {
      const list = document.getElementById(store.getState().listId);
      if (!list) return;
      for (const chosen of list.querySelectorAll('[data-selected]')) chosen.removeAttribute('data-selected');
      list.querySelector('[data-action]')?.setAttribute('data-selected', 'true');
      store.updateState((state) => ({ ...state, selected: 0 }));
    }, 30);
    return () => clearTimeout(timer);
  }, [opened, first, text]);

  return (
    <Spotlight.Root
      store={store}
      query={text}
      onQueryChange={setText}
      shortcut={null}
      size={560}
      scrollable
      maxHeight={420}
      clearQueryOnClose
      onSpotlightOpen={() => setOpened(true)}
      onSpotlightClose={() => setOpened(false)}
      attributes={{ content: { 'aria-label': 'Search and commands' } }}
    >
      <Spotlight.Search
        placeholder="Go to, find a person, do something"
        leftSection={<IconSearch size={18} stroke={1.7} />}
        aria-label="Search and commands"
      />
      <Spotlight.ActionsList>
        {found.length > 0 && (
          <Spotlight.ActionsGroup label="People">
            {found.map((person) => (
              <Spotlight.Action
                key={person.id}
                leftSection={<Face person={person} size={24} />}
                label={callPerson(person)}
                description={person.name ? (person.email ?? '') : ''}
                onClick={() => go(`people/${person.id}`)}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {groups.map(([group, commands]) => (
          <Spotlight.ActionsGroup key={group} label={group}>
            {commands.map((command) => (
              <Spotlight.Action
                key={command.id}
                label={command.label}
                leftSection={command.icon}
                onClick={command.run}
                {...(command.about ? { description: command.about } : {})}
                rightSection={command.keys ? <kbd className="faint">{command.keys}</kbd> : null}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {nothing && (
          <Spotlight.Empty>{people.isFetching ? 'Looking' : 'Nothing found. Try part of a name, an address or a screen.'}</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
