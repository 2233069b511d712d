import { Fragment } from 'react';
import { carry, useActs } from '../canvas-acts.ts';
import { stepLooks } from '../step-kinds.tsx';
import { groups, type StepChoice } from './choices.ts';
import css from './palette.module.css';

/** The kinds of step beside the canvas, to be dragged onto a way. By keyboard they come with "n". */
export function SidePalette({ choices }: { choices: readonly StepChoice[] }) {
  const { edit } = useActs();
  return (
    <aside className={css.side} aria-label="Steps to drag onto the canvas" tabIndex={0}>
      <p className={css.hint}>
        Drag one onto a +, or press <kbd>n</kbd> at a step.
      </p>
      {groups.map((group) => {
        const own = choices.filter((choice) => choice.group === group);
        return (
          <Fragment key={group}>
            {own.length > 0 && <div className={css.heading}>{group}</div>}
            {own.map((choice) => {
              const { icon: Icon } = stepLooks[choice.kind];
              return (
                // biome-ignore lint/a11y/noStaticElementInteractions: the keyboard has the palette under "n"
                <div
                  key={choice.id}
                  className={css.drag}
                  draggable
                  data-choice={choice.id}
                  onDragStart={(event) => {
                    carry(event.dataTransfer, { choice: choice.id });
                    edit?.drag({ choice: choice.id });
                  }}
                  onDragEnd={() => edit?.drag(null)}
                >
                  <Icon size={16} stroke={1.7} aria-hidden="true" />
                  {choice.label}
                </div>
              );
            })}
          </Fragment>
        );
      })}
    </aside>
  );
}
