import { IconAlertTriangle, IconCircleCheck, IconExclamationCircle } from '@tabler/icons-react';
import type { Journey } from '#contract/journey.ts';
import { complexityOf, type Finding } from '#engine/journey/check.ts';
import { plural } from '../../parts/number.ts';
import type { Names } from '../read-journey.ts';
import { sayCard } from '../read-journey.ts';
import css from './problems.module.css';
import { stepOf } from './ways.ts';

const upper = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const dotted = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);

/** Everything that is wrong or left open, errors first. Each leads to where it can be mended. */
export function Problems({
  journey,
  findings,
  names,
  onGo,
}: {
  journey: Journey;
  findings: readonly Finding[];
  names: Names;
  onGo: (finding: Finding) => void;
}) {
  const { steps, ways } = complexityOf(journey);
  const errors = findings.filter((each) => each.level === 'error').length;
  return (
    <>
      <p className="quiet" role="status">
        {findings.length === 0
          ? ''
          : errors === 0
            ? 'It can be published. Some things are left open.'
            : `${plural(errors, 'error keeps', 'errors keep')} it from being published.`}
      </p>
      {findings.length === 0 ? (
        <p className={css.fine}>
          <IconCircleCheck size={16} aria-hidden="true" /> Nothing is wrong, and nothing is left open.
        </p>
      ) : (
        <ul className={css.list}>
          {findings.map((finding) => {
            const step = stepOf(journey, finding.step);
            return (
              <li key={`${finding.check} ${finding.path} ${finding.message}`}>
                <button type="button" data-level={finding.level} onClick={() => onGo(finding)}>
                  {finding.level === 'error' ? (
                    <IconExclamationCircle size={16} role="img" aria-label="Error" />
                  ) : (
                    <IconAlertTriangle size={16} role="img" aria-label="Warning" />
                  )}
                  <span>
                    <span className={css.where}>{step ? sayCard(step, names) : 'The journey'}</span>
                    <span className={css.message}>{dotted(upper(finding.message))}</span>
                    <span className="quiet">{finding.mend}</span>
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <p className="faint">
        {plural(steps, 'step')}, {ways === 0 ? 'one way' : `${plural(ways, 'fork')} of ways`}.
      </p>
    </>
  );
}
