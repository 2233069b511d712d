import type { Journey } from '#contract/journey.ts';
import { sayDuration } from '#contract/instant.ts';
import { sayMatch } from '#engine/rule/words.ts';
import type { Reply } from '../api.ts';
import { sayNumber } from '../parts/number.ts';
import { Fact, Facts, Section } from '../parts/page.tsx';
import { Time } from '../parts/time.tsx';
import css from './journey-page.module.css';
import { sayShare } from './say-share.ts';

const sayReentry = (reentry: Journey['reentry']): string =>
  reentry === 'never'
    ? 'Never again'
    : reentry === 'after-exit'
      ? 'As soon as they have left'
      : reentry === 'any-time'
        ? 'At any time, also while they are in it'
        : `${sayDuration(reentry.after)} after they have left`;

/** What holds for the whole journey, and how runs of the shown version ended. */
export function AboutJourney({ journey, ends }: { journey: Journey; ends: Reply<'getJourneyCounts'>['ends'] | undefined }) {
  const total = (ends ?? []).reduce((sum, row) => sum + row.count, 0);
  return (
    <>
      <Section title="How runs ended">
        {ends === undefined ? (
          <p className="faint">A draft has no runs.</p>
        ) : ends.length === 0 ? (
          <p className="faint">No run has ended yet.</p>
        ) : (
          <ul className={css.ends}>
            {ends
              .toSorted((a, b) => b.count - a.count)
              .map((row) => (
                <li key={row.reason} data-good={row.reason.startsWith('goal') || undefined}>
                  <span className={css.endBar} style={{ width: `${(row.count / Math.max(1, total)) * 100}%` }} aria-hidden="true" />
                  <span className={css.endReason}>{row.reason}</span>
                  <span>
                    {sayNumber(row.count)} <span className="quiet">{sayShare(row.count, total)}</span>
                  </span>
                </li>
              ))}
          </ul>
        )}
      </Section>
      <Section title="Rules of the journey">
        <Facts>
          <Fact name="Goal">
            {journey.goal ? (
              <>
                {journey.goal.name}: {sayMatch(journey.goal.on)}
              </>
            ) : (
              <span className="faint">None</span>
            )}
          </Fact>
          <Fact name="Left early on">
            {journey.exits.length === 0 ? (
              <span className="faint">Nothing</span>
            ) : (
              journey.exits.map((exit) => (
                <div key={exit.reason}>
                  {sayMatch(exit.on)}: {exit.reason}
                </div>
              ))
            )}
          </Fact>
          <Fact name="Again">{sayReentry(journey.reentry)}</Fact>
          <Fact name="At most">{sayDuration(journey.maxTime)}</Fact>
          <Fact name="Ends">{journey.ends === null ? <span className="faint">No date</span> : <Time at={journey.ends} as="exact" />}</Fact>
        </Facts>
      </Section>
    </>
  );
}
