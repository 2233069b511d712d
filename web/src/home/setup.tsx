import { Button } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { Reply } from '../api.ts';
import { To } from '../parts/address.tsx';
import css from './setup.module.css';

type Step = Reply<'getHome'>['setup'][number];

const verbs = {
  event: 'Install', identity: 'See how', lifecycle: 'Look at it', journey: 'Open journeys', sender: 'Set sender', mail: 'Open mail settings',
} as const satisfies Record<Step['key'], string>;

/** The setup path: a line through six points. Facts complete them, not ticks; the first open one is next. */
export function Setup({ steps }: { steps: Step[] }) {
  const next = steps.findIndex((step) => !step.done);
  return (
    <ol className={css.setup}>
      {steps.map((step, index) => (
        <li key={step.key} data-is={step.done ? 'done' : index === next ? 'next' : 'later'}>
          <span className={css.point} role="img" aria-label={step.done ? 'Done' : index === next ? 'Next' : 'Later'}>{step.done && <IconCheck size={13} stroke={2.4} />}</span>
          <div className={css.words}>
            <To to={step.link.replace(/^\//, '')} className={css.title}>{step.title}</To>
            <span className={css.detail}>{step.detail}</span>
          </div>
          {index === next && <Button component={To} to={step.link.replace(/^\//, '')}>{verbs[step.key]}</Button>}
        </li>
      ))}
    </ol>
  );
}
