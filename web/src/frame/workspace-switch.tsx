import { Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { IconCheck, IconSelector } from '@tabler/icons-react';
import { Mark } from '../parts/mark.tsx';
import { useSession, useWorkspace } from '../session/workspace.tsx';
import css from './workspace-switch.module.css';

/** The workspace one is in, and the way to the others. */
export function WorkspaceSwitch() {
  const workspace = useWorkspace();
  const { workspaces, version, database } = useSession();
  const navigate = useNavigate();
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <button type="button" className={css.switch}>
          <Mark size={22} />
          <span className="visually-hidden">Workspace</span>
          <span className={css.name}>{workspace.name}</span>
          {workspace.practice && !/practice/i.test(workspace.name) && <span className={css.practice}>Practice</span>}
          <IconSelector size={14} color="var(--ink-3)" aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Workspaces</Menu.Label>
        {workspaces.map((row) => (
          <Menu.Item
            key={row.slug}
            onClick={() => void navigate({ to: `/w/${row.slug}` as never })}
            leftSection={
              <span className={css.tile} data-practice={row.practice || undefined}>
                {row.name.slice(0, 1).toUpperCase()}
              </span>
            }
            rightSection={row.slug === workspace.slug ? <IconCheck size={15} color="var(--accent-ink)" aria-label="You are here" /> : null}
          >
            {row.name}
            <span className={css.note}>{row.practice ? 'Own clock, mail stays here' : 'Real time, real people'}</span>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>
          Throughline {version} · {database === 'pglite' ? 'embedded database' : 'Postgres'}
        </Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
