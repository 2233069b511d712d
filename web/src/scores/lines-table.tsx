import { IconBolt, IconFilter } from '@tabler/icons-react';
import type { Reply } from '../api.ts';
import { plural, sayNumber, sayPercent } from '../parts/number.ts';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import css from './lines-table.module.css';
import { sayBounds, sayDecay, sayLift, sayPoints } from './say-score.ts';
import type { Draft } from './score-body.ts';

type Line = Reply<'getScore'>['signals'][number];

/** Below this a line that gives points is not borne out by what people did. */
const borneOut = 1.05;

/** Each line with its points, how they fade, for how many it counts, and whether people with it converted more often. */
export function LinesTable({ score, body, highlight }: { score: Reply<'getScore'>; body: Draft; highlight: string | null }) {
  const groups = new Map(body.groups.map((group) => [group.key, group]));
  const decayOf = (line: Line): string => {
    const signal = line.kind === 'signal' ? body.signals.find((one) => one.because === line.because) : undefined;
    return line.kind === 'rule' ? 'while it holds' : signal ? sayDecay(signal) : '';
  };
  return (
    <div className={css.frame}>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col" data-align="right">
              Points
            </th>
            <th scope="col" data-align="right">
              Lift
            </th>
            <th scope="col">How long</th>
            <th scope="col">Group</th>
            <th scope="col" data-align="right">
              People now
            </th>
            <th scope="col" data-align="right">
              In 30 days
            </th>
            <th scope="col" data-align="right">
              Last
            </th>
          </tr>
        </thead>
        <tbody>
          {score.signals.map((line, index) => {
            const group = line.group === null ? undefined : groups.get(line.group);
            return (
              <tr key={line.because + index} data-highlight={line.because === highlight || undefined}>
                <th scope="row">
                  <span className={css.because}>
                    <span
                      className={css.kind}
                      data-tip={line.kind === 'rule' ? 'Counts while a rule holds' : 'Counts each time it was done'}
                    >
                      {line.kind === 'rule' ? <IconFilter size={14} aria-hidden="true" /> : <IconBolt size={14} aria-hidden="true" />}
                    </span>
                    <span>
                      {line.because}
                      {line.stale && (
                        <span className={css.stale}>
                          <Chip
                            tone="warn"
                            tip={
                              line.lastAt === null
                                ? 'It has never come. Is the name of the event right?'
                                : 'Nothing has come of it for 30 days'
                            }
                          >
                            {line.lastAt === null ? 'Never came' : 'Stale'}
                          </Chip>
                        </span>
                      )}
                    </span>
                  </span>
                </th>
                <td data-label="Points" data-align="right" className={css.points}>
                  {sayPoints(line.points)}
                </td>
                <td data-label="Lift" data-align="right">
                  <Lift line={line} />
                </td>
                <td data-label="How long" className={css.quiet}>
                  {decayOf(line)}
                </td>
                <td data-label="Group" className={css.quiet} data-none={line.group === null || undefined}>
                  {line.group === null ? (
                    <span className="faint">–</span>
                  ) : (
                    <span>
                      {group?.name ?? line.group} <span className="faint">{group && sayBounds(group)}</span>
                    </span>
                  )}
                </td>
                <td data-label="People now" data-align="right">
                  {sayNumber(line.people)}
                </td>
                <td data-label="In 30 days" data-align="right" data-none={line.times === null || undefined}>
                  {line.times === null ? <span className="faint">–</span> : sayNumber(line.times)}
                </td>
                <td
                  data-label="Last"
                  data-align="right"
                  className={css.quiet}
                  data-none={(line.lastAt === null && line.kind === 'rule') || undefined}
                >
                  {line.lastAt === null && line.kind === 'rule' ? <span className="faint">–</span> : <Time at={line.lastAt} />}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Lift({ line }: { line: Line }) {
  const { withIt, ofThem, without, ofOthers } = line.converted;
  const counts = `${sayNumber(ofThem)} of ${plural(withIt, 'person', 'people')} with it converted within 30 days, ${sayNumber(ofOthers)} of ${sayNumber(without)} without`;
  if (line.lift === null)
    return (
      <button type="button" className={`plain-button ${css.few}`} data-tip={counts}>
        too few to say
      </button>
    );
  const against = line.points > 0 ? line.lift < borneOut : line.lift > 1 / borneOut;
  return (
    <button
      type="button"
      className={`plain-button ${css.lift}`}
      data-tip={`${counts} (${sayPercent(ofThem, withIt)} against ${sayPercent(ofOthers, without)})${against ? '. The points are not borne out' : ''}`}
    >
      <span className={css.scale} aria-hidden="true">
        <i data-against={against || undefined} style={{ width: `${Math.min(100, (line.lift / 4) * 100)}%` }} />
      </span>
      <span className={css.times}>{sayLift(line.lift)}</span>
      {against && <span className="visually-hidden">, not borne out</span>}
    </button>
  );
}
