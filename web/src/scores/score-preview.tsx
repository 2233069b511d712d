import { Button, Progress } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import type { ProblemError } from '../api.ts';
import { To } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { Histogram } from '../parts/histogram.tsx';
import { plural, sayNumber, sayPercent } from '../parts/number.ts';
import { Section } from '../parts/page.tsx';
import { PersonName } from '../parts/person-name.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useRoute } from '../query.ts';
import css from './edit-score.module.css';
import { sayPoints, sayValue } from './say-score.ts';
import type { Draft, Mistake } from './score-body.ts';
import type { Everybody } from './use-everybody.ts';

interface ScorePreviewProps {
  scoreKey: string;
  name: string;
  published: Draft | null;
  everybody: Everybody;
  counting: boolean;
  problem: ProblemError | null;
  again: () => void;
  /** There is nothing to count yet. */
  empty: boolean;
  mistakes: readonly Mistake[];
}

/** What everybody would have by the draft, against what they have. */
export function ScorePreview({ scoreKey, name, published, everybody, counting, problem, again, empty, mistakes }: ScorePreviewProps) {
  const { preview } = everybody;
  const now = useRoute('getScore', { params: { key: scoreKey } }, { enabled: published !== null });
  if (empty && !preview)
    return (
      <Empty small title="Nothing to count yet">
        Add a line, and everybody is counted by it here. Nothing changes for anybody before you publish.
      </Empty>
    );
  if (problem && !preview) return <ProblemView problem={problem} again={again} />;
  if (!preview) return counting ? <Bones lines={8} /> : <p className="faint">{mistakes[0]?.message}</p>;
  const before = new Map((now.data?.thresholds ?? []).map((one) => [one.key, one.people]));
  const had = now.data?.distribution.reduce((sum, bin) => sum + bin.people, 0) ?? 0;
  return (
    <>
      <div className={css.liveHead}>
        <h2>What everybody would have</h2>
        <span className={css.counting} role="status">
          {counting
            ? 'Counting'
            : preview.next === null
              ? plural(preview.people, 'person', 'people')
              : `${sayNumber(preview.people)} of ${plural(preview.of, 'person', 'people')}`}
        </span>
      </div>
      {preview.next !== null && (
        <div className={css.rest}>
          {everybody.counting ? (
            <Progress value={(100 * preview.people) / preview.of} size={6} aria-label="How many have been counted" />
          ) : (
            <p className="faint">A fair sample: who is in it is left to chance.</p>
          )}
          <Button size="xs" variant="default" disabled={counting} onClick={everybody.counting ? everybody.stop : everybody.count}>
            {everybody.counting ? 'Stop' : 'Count everybody'}
          </Button>
        </div>
      )}
      {problem && <ProblemView problem={problem} again={again} />}
      <div className={css.spread} data-old={counting || undefined}>
        <Histogram title={name} bins={preview.distribution} before={preview.before} marks={preview.thresholds} height={120} />
      </div>
      {preview.thresholds.length > 0 && (
        <Section title="At a threshold or above">
          <table className={css.shares}>
            <thead>
              <tr>
                <th scope="col">
                  <span className="visually-hidden">Threshold</span>
                </th>
                <th scope="col">{published === null ? '' : 'Now'}</th>
                <th scope="col">Would be</th>
              </tr>
            </thead>
            <tbody>
              {preview.thresholds
                .toSorted((a, b) => b.at - a.at)
                .map((mark) => {
                  const was = before.get(mark.key);
                  return (
                    <tr key={mark.key}>
                      <th scope="row">
                        {mark.name} <span className="faint">{sayValue(mark.at)}</span>
                      </th>
                      <td>
                        {published === null ? null : was === undefined ? (
                          <span className="faint">new</span>
                        ) : (
                          <>
                            {sayNumber(was)} <span className="faint">{sayPercent(was, had)}</span>
                          </>
                        )}
                      </td>
                      <td>
                        <b>{sayNumber(mark.people)}</b> <span className="faint">{sayPercent(mark.people, preview.people)}</span>
                      </td>
                    </tr>
                  );
                })}
            </tbody>
          </table>
        </Section>
      )}
      <Section title="Some of them">
        {preview.sample.length === 0 ? (
          <p className="faint">
            {preview.people === 0
              ? 'Nobody is known yet.'
              : published === null
                ? 'Nobody would have any points yet.'
                : 'Nobody would have more or less than now.'}
          </p>
        ) : (
          <ul className={css.sample}>
            {preview.sample.map((person) => (
              <li key={person.id}>
                <To to={`people/${person.id}`} className={css.person}>
                  <PersonName person={person} />
                </To>
                <span className={css.values}>
                  {person.before !== null && (
                    <>
                      <span className="faint">{sayValue(person.before)}</span>
                      <IconArrowRight size={13} aria-label="becomes" />
                    </>
                  )}
                  <b>{sayValue(person.after)}</b>
                  {person.before !== null && person.after !== person.before && (
                    <span className={css.delta}>{sayPoints(person.after - person.before)}</span>
                  )}
                </span>
              </li>
            ))}
          </ul>
        )}
      </Section>
      <p className="faint">Nothing changes for anybody before you publish. Then it is brought to everybody, a share of them at a time.</p>
    </>
  );
}
