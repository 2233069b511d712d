import { IconAlertTriangle, IconCircleCheck, IconExclamationCircle } from '@tabler/icons-react';
import type { Journey } from '#contract/journey.ts';
import type { Finding } from '#engine/journey/check.ts';
import { complexityOf } from '#engine/journey/complexity.ts';
import { plural } from '../../parts/number.ts';
import { upper } from '../../parts/upper.ts';
import type { Names } from '../named.ts';
import { sayCard } from '../read-journey.ts';
import { sayComplexity } from '../say-complexity.ts';
import { CircleDrawing } from '../../map/circle.tsx';
import { To } from '../../parts/address.tsx';
import { useRoute } from '../../query.ts';
import css from './problems.module.css';
import { stepOf } from './ways.ts';

const dotted = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`);

/** Everything that is wrong or left open, errors first. Each leads to where it can be mended. */
export function Problems({
  journeyKey,
  journey,
  findings,
  names,
  onGo,
}: {
  journeyKey: string;
  journey: Journey;
  findings: readonly Finding[];
  names: Names;
  onGo: (finding: Finding) => void;
}) {
  const { words, ...parts } = complexityOf(journey);
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
                {finding.circle && (
                  <div className={css.drawn}>
                    <CircleDrawing circle={finding.circle} />
                  </div>
                )}
                {finding.other !== undefined && <InBoth journey={journeyKey} other={finding.other} />}
              </li>
            );
          })}
        </ul>
      )}
      <p className="faint">
        {upper(words)}: {sayComplexity(parts)}.
      </p>
    </>
  );
}

/** Who is under way in both journeys at this moment. */
function InBoth({ journey, other }: { journey: string; other: string }) {
  const both = useRoute('listOverlaps', { params: { key: journey } }).data?.items.find((row) => row.journey === other);
  return (
    <p className={css.both}>
      {both ? (
        <>
          {plural(both.people, 'person is', 'people are')} in both now:{' '}
          {both.some.map(({ id, name }, index) => (
            <span key={id}>
              {index > 0 && ', '}
              <To to={`people/${id}`} className="text-link">
                {name}
              </To>
            </span>
          ))}
          {both.people > both.some.length && ' …'}
        </>
      ) : (
        'Nobody is in both now.'
      )}{' '}
      <To to={`journeys/${other}`} className="text-link">
        Open the other one
      </To>
    </p>
  );
}
