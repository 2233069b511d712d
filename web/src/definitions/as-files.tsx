import { Button, Popover } from '@mantine/core';
import { CodeBlock } from '../parts/code-block.tsx';
import { useSession, useWorkspace } from '../session/workspace.tsx';
import css from './definitions.module.css';

/** The same definitions as a folder of files: export, edit, plan, apply. */
export function AsFiles() {
  const { slug } = useWorkspace();
  const { publicUrl } = useSession();
  const commands = `export THROUGHLINE_URL=${publicUrl}\nexport THROUGHLINE_API_KEY=…\nexport THROUGHLINE_WORKSPACE=${slug}\n\nnpx throughline export definitions\nnpx throughline plan definitions\nnpx throughline apply definitions --publish`;
  return (
    <Popover position="bottom-end" width={440} trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default">As files</Button>
      </Popover.Target>
      <Popover.Dropdown p={16} aria-label="Definitions as files">
        <div className={css.files}>
          <p>
            These definitions and a folder of YAML files are two views of one thing. Keep the folder in git, plan to see what would change
            and what is unsafe, then apply.
          </p>
          <CodeBlock text={commands} what="commands" />
          <p className="faint">An API key comes from Settings, Keys.</p>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
