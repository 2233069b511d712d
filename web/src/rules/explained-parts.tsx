import type { CSSProperties } from 'react';
import { IconCheck, IconX } from '@tabler/icons-react';
import type { Reply } from '../api.ts';
import { Time } from '../parts/time.tsx';
import css from './explained-parts.module.css';

type Parts = Reply<'explainRuleFor'>['parts'];
const most = 4;

/** The parts of a rule, each with whether it held and what it saw. */
export function ExplainedParts({ parts }: { parts: Parts }) {
  return (
    <ul className={css.parts}>
      {parts.map((part, index) => (
        <li key={`${index} ${part.rule}`} data-held={part.held || undefined} style={{ '--depth': part.depth ?? 0 } as CSSProperties}>
          <span className={css.held} role="img" aria-label={part.held ? 'Held' : 'Did not hold'}>
            {part.held ? <IconCheck size={13} stroke={2.2} /> : <IconX size={13} stroke={2.2} />}
          </span>
          <div>
            <div>{part.rule}</div>
            {part.saw.slice(-most).map((each, at) => (
              <div key={`${at} ${each.what}`} className={css.saw}>
                {each.what}
                {each.at && (
                  <>
                    {' '}
                    · <Time at={each.at} />
                  </>
                )}
              </div>
            ))}
            {part.saw.length > most && <div className={css.saw}>and {part.saw.length - most} before</div>}
          </div>
        </li>
      ))}
    </ul>
  );
}
