import { Modal } from '@mantine/core';
import help from '../../frame/help.module.css';
import css from './edit-journey.module.css';

const rows = [
  ['↑ ↓', 'Along the ways'],
  ['← →', 'To what stands beside'],
  ['Shift ↓', 'Choose several'],
  ['Enter', 'Edit the step'],
  ['n', 'Insert a step after it; + does too'],
  ['Del', 'Remove'],
  ['Ctrl C', 'Copy; Ctrl X cuts, Ctrl V pastes after the step'],
  ['Ctrl D', 'Duplicate'],
  ['Ctrl A', 'Choose all'],
  ['Ctrl Z', 'Undo'],
  ['Ctrl Y', 'Redo; Ctrl Shift Z does too'],
  ['p', 'What is wrong'],
  [',', 'Settings of the journey'],
  ['t', 'Try it with a person'],
  ['Esc', 'Close the panel, choose nothing'],
  ['?', 'This sheet'],
] as const;

/** The keys of the canvas. */
export function CanvasHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Modal opened={open} onClose={onClose} title="Keys of the canvas" size={420} closeButtonProps={{ 'aria-label': 'Close' }}>
      <dl className={help.keys}>
        {rows.map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p className={`faint ${css.mouse}`}>
        With the mouse: drag a step or a kind of step onto a +, hold Shift to choose several, Ctrl and the wheel to zoom.
      </p>
    </Modal>
  );
}
