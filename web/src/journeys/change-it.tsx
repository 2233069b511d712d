import { Button, Popover } from '@mantine/core';
import { To } from '../parts/address.tsx';
import { CodeBlock } from '../parts/code-block.tsx';
import { useWorkspace } from '../session/workspace.tsx';
import css from './journey-page.module.css';

/** The drawing is not edited here: its definition is, on its page or as a file. */
export function ChangeIt({ journey }: { journey: string }) {
  const { slug } = useWorkspace();
  return (
    <Popover position="bottom-end" width={420} trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default">Change it</Button>
      </Popover.Target>
      <Popover.Dropdown p={16} aria-label="How to change it">
        <div className={css.change}>
          <p>
            The drawing follows the definition. Edit it as a draft, see it drawn here under Draft, then publish it. People who are in it go
            on under the version that they entered by.
          </p>
          <Button component={To} to={`definitions/journey/${journey}`}>
            Edit the definition
          </Button>
          <p className="faint">Or as a file:</p>
          <CodeBlock
            text={`export THROUGHLINE_WORKSPACE=${slug}\nnpx throughline export definitions\n# edit definitions/journeys/${journey}.yaml\nnpx throughline plan definitions\nnpx throughline apply definitions --publish`}
            what="commands"
          />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
