import { Button } from '@mantine/core';
import { IconCheck, IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { To } from '../parts/address.tsx';
import css from './setup.module.css';

type Step = Reply<'getHome'>['setup'][number];

const verbs = {
  event: 'Install',
  identity: 'See how',
  lifecycle: 'Look at it',
  journey: 'Open journeys',
  sender: 'Set sender',
  mail: 'Open mail settings',
} as const satisfies Record<Step['key'], string>;

/** The setup path: a line through six points. Facts complete them, not ticks; the first open one is next. */
export function Setup({ steps }: { steps: Step[] }) {
  const next = steps.findIndex((step) => !step.done);
  const done = steps.filter((step) => step.done).length;
  const [all, setAll] = useState(done < 3);
  return (
    <ol className={css.setup}>
      {!all && (
        <li data-is="done">
          <span className={css.point} role="img" aria-label="Done">
            <IconCheck size={13} stroke={2.4} />
          </span>
          <button type="button" className={`plain-button ${css.fold}`} onClick={() => setAll(true)} aria-expanded={false}>
            {done} steps are done <IconChevronDown size={14} aria-hidden="true" />
          </button>
        </li>
      )}
      {steps.map((step, index) =>
        step.done && !all ? null : (
          <li key={step.key} data-is={step.done ? 'done' : index === next ? 'next' : 'later'}>
            <span className={css.point} role="img" aria-label={step.done ? 'Done' : index === next ? 'Next' : 'Later'}>
              {step.done && <IconCheck size={13} stroke={2.4} />}
            </span>
            <div className={css.words}>
              <To to={step.link.replace(/^\//, '')} className={css.title}>
                {step.title}
              </To>
              <span className={css.detail}>{step.detail}</span>
            </div>
            {index === next && (
              <Button component={To} to={step.link.replace(/^\//, '')}>
                {verbs[step.key]}
              </Button>
            )}
          </li>
        ),
      )}
    </ol>
  );
}
