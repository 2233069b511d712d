import { IconSearch } from '@tabler/icons-react';
import { useWorkspace } from '../session/workspace.tsx';
import { openCommands } from './commands-open.ts';
import { LiveDot } from './live-dot.tsx';
import { PracticeClock } from './practice-clock.tsx';
import { Stopped } from './stopped.tsx';
import css from './top-bar.module.css';
import { WorkspaceSwitch } from './workspace-switch.tsx';
import { You } from './you.tsx';

const apple = /Mac|iPhone|iPad/.test(navigator.userAgent);

export function TopBar() {
  const { practice } = useWorkspace();
  return (
    <header className={css.bar}>
      <WorkspaceSwitch />
      {practice && <PracticeClock />}
      <span className={css.room} />
      <button type="button" className={css.search} onClick={openCommands}>
        <IconSearch size={15} aria-hidden="true" />
        <span>Search or jump to</span>
        <kbd>{apple ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <span className={css.room} />
      <Stopped />
      <LiveDot />
      <You />
    </header>
  );
}
