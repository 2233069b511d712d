import { IconArrowRight } from '@tabler/icons-react';
import type { RehearsalSide } from '#contract/rehearsal.ts';
import { Empty } from '../parts/empty.tsx';
import { useNameOf } from '../parts/names.tsx';
import { Card, Section } from '../parts/page.tsx';
import { StageBadge } from '../parts/stage-badge.tsx';
import { channelWord } from './days.tsx';
import css from './rehearsals.module.css';
import { SidesTable } from './sides-table.tsx';
import { journeyNames, keysOf, type Pair, pairOf, type Rehearsal, togetherOf } from './words.ts';

/** What meets: journeys that write to the same people, and what else comes of it for stages, segments and scores. Only what is not empty. */
export function Together({ rehearsal }: { rehearsal: Rehearsal }) {
  const nameOf = useNameOf();
  const names = journeyNames(rehearsal);
  const of = (read: (side: RehearsalSide) => number): Pair => pairOf(rehearsal, read);
  const pairs = togetherOf(rehearsal);
  const weeks = keysOf(rehearsal, (side) => side.mostInAWeek.map(({ channel }) => channel));
  const keyOfMove = ({ from, to }: RehearsalSide['moves'][number]): string => `${from ?? ''}>${to}`;
  const moves = keysOf(rehearsal, (side) => side.moves.map(keyOfMove));
  const segments = keysOf(rehearsal, (side) => side.segments.map(({ key }) => key));
  const keyOfCrossing = ({ score, threshold }: RehearsalSide['crossings'][number]): string => `${score} ${threshold}`;
  const crossings = keysOf(rehearsal, (side) => side.crossings.map(keyOfCrossing));
  if (pairs.length + weeks.length + moves.length + segments.length + crossings.length === 0)
    return (
      <Empty small title="Nothing meets">
        No two journeys write to the same person within a day, and nobody moves.
      </Empty>
    );
  const segmentNames = new Map(
    [...rehearsal.standing.segments, ...(rehearsal.changed?.segments ?? [])].map(({ key, name }) => [key, name]),
  );
  return (
    <div className={css.pair}>
      {pairs.length > 0 && (
        <Section title="Two journeys within a day" hint="They write marketing to the same person less than a day apart.">
          <Card>
            <SidesTable
              label="Journeys that write to the same people within a day"
              of="Journeys"
              measures={[{ title: 'People' }, { title: 'Times' }]}
              rows={pairs.map(({ key, journeys, people, times }) => ({
                key,
                name: journeys.map((each) => names.get(each) ?? each).join(' and '),
                values: [people, times],
              }))}
            />
          </Card>
        </Section>
      )}
      {weeks.length > 0 && (
        <Section title="Most to one person" hint="Marketing by a channel within any seven days.">
          <Card>
            <SidesTable
              label="The most messages to one person within seven days"
              of="Channel"
              measures={[{ title: 'Messages' }]}
              rows={weeks.map((channel) => ({
                key: channel,
                name: channelWord(channel),
                values: [of((side) => side.mostInAWeek.find((each) => each.channel === channel)?.messages ?? 0)],
              }))}
            />
          </Card>
        </Section>
      )}
      {moves.length > 0 && (
        <Section title="Moves between stages">
          <Card>
            <SidesTable
              label="Moves between stages"
              of="Move"
              measures={[{ title: 'Moves' }, { title: 'Recycled', tip: 'Of them, because nobody moved on' }]}
              rows={moves.map((key) => {
                const [from, to] = key.split('>') as [string, string];
                return {
                  key,
                  name: (
                    <span className={css.named}>
                      <StageBadge stage={from === '' ? null : from} />
                      <IconArrowRight size={14} role="img" aria-label="to" className={css.arrow} />
                      <StageBadge stage={to} />
                    </span>
                  ),
                  values: [
                    of((side) => side.moves.find((each) => keyOfMove(each) === key)?.count ?? 0),
                    of((side) => side.moves.find((each) => keyOfMove(each) === key)?.recycled ?? 0),
                  ],
                };
              })}
            />
          </Card>
        </Section>
      )}
      {segments.length > 0 && (
        <Section title="Segments">
          <Card>
            <SidesTable
              label="Segments"
              of="Segment"
              measures={[{ title: 'Entered' }, { title: 'Left' }, { title: 'Belong', tip: 'When the time is over' }]}
              rows={segments.map((key) => {
                const found = (side: RehearsalSide) => side.segments.find((each) => each.key === key);
                return {
                  key,
                  name: segmentNames.get(key) ?? key,
                  values: [
                    of((side) => found(side)?.entered ?? 0),
                    of((side) => found(side)?.left ?? 0),
                    of((side) => found(side)?.members ?? 0),
                  ],
                };
              })}
            />
          </Card>
        </Section>
      )}
      {crossings.length > 0 && (
        <Section title="Thresholds crossed">
          <Card>
            <SidesTable
              label="Thresholds crossed"
              of="Score and threshold"
              measures={[{ title: 'Up' }, { title: 'Down' }]}
              rows={crossings.map((key) => {
                const found = (side: RehearsalSide) => side.crossings.find((each) => keyOfCrossing(each) === key);
                const [score, threshold] = key.split(' ') as [string, string];
                return {
                  key,
                  name: `${nameOf('score', score)}, ${threshold}`,
                  values: [of((side) => found(side)?.up ?? 0), of((side) => found(side)?.down ?? 0)],
                };
              })}
            />
          </Card>
        </Section>
      )}
    </div>
  );
}
