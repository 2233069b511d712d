import { Menu, useMantineColorScheme } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { IconCheck, IconDeviceDesktop, IconKeyboard, IconLogout, IconMoon, IconSun } from '@tabler/icons-react';
import { call } from '../api.ts';
import { failed } from '../parts/notify.ts';
import { queryClient } from '../query.ts';
import { useSession } from '../session/workspace.tsx';
import { openHelp } from './commands-open.ts';
import css from './you.module.css';

const schemes = [
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
  { value: 'auto', label: 'As the system', icon: IconDeviceDesktop },
] as const;

export function You() {
  const { name, kind } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const navigate = useNavigate();
  const leave = (): void =>
    void call('signOut')
      .then(() => {
        queryClient.clear();
        return navigate({ to: '/signin' as never });
      })
      .catch(failed);
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <button type="button" className={css.you} aria-label={`${name.slice(0, 1).toUpperCase()}: you, ${name}`}>
          {name.slice(0, 1).toUpperCase()}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{kind === 'colleague' ? name : `${name} (API key)`}</Menu.Label>
        {schemes.map(({ value, label, icon: Icon }) => (
          <Menu.Item
            key={value}
            leftSection={<Icon size={16} stroke={1.7} />}
            onClick={() => setColorScheme(value)}
            rightSection={colorScheme === value ? <IconCheck size={15} color="var(--accent-ink)" aria-label="Chosen" /> : null}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconKeyboard size={16} stroke={1.7} />} rightSection={<kbd className="faint">?</kbd>} onClick={openHelp}>
          Shortcuts
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.7} />} onClick={leave}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
