import { Chooser } from '../chooser.tsx';
import { type Choice, numbersIn, rangeIn } from '../choices.ts';
import { HoursChip, Less, More, WeekdaysChip } from '../event-chips.tsx';
import type { DraftTest } from '../draft.ts';
import css from '../rule-editor.module.css';
import { Word } from '../word.tsx';
import type { KindEditor } from './kind.ts';

type Share = { from: number; to: number };
const share = (from: number, to: number): Choice<Share> => ({ value: { from, to }, label: sayShare(from, to) });
const sayShare = (from: number, to: number): string => (from === 0 ? `the first ${to} %` : `${from} to ${to} %`);
const isShare = (number: number): boolean => number >= 0 && number <= 100 && Math.abs(number * 100 - Math.round(number * 100)) < 1e-6;

/** A stable share of people. */
export const bucket: KindEditor<'bucket'> = {
  name: 'a random share of people',
  group: 'Chance and time',
  blank: () => ({ draw: 'draw-1', from: 0, to: 10 }),
  lead: ['are among', 'are not among'],
  title: (test) => `the draw ${test.draw ?? ''}`,
  Chips: ({ test, onChange }) => (
    <>
      <Chooser
        label="Share"
        text={test.from === undefined || test.to === undefined ? null : sayShare(test.from, test.to)}
        hint="Write percent: 10, or 10 to 20"
        choices={[share(0, 5), share(0, 10), share(0, 50), share(50, 100)]}
        written={(text) => {
          const range = rangeIn(text.replaceAll('%', ''));
          if (range) return range.every(isShare) && range[0] < range[1] ? [share(...range)] : [];
          return numbersIn(text.replace('%', ''))
            .filter((to) => isShare(to) && to > 0)
            .map((to) => share(0, to));
        }}
        writtenFirst
        onPick={(next) => onChange(next, 'change the share')}
      />
      <Word>of the draw</Word>
      <Chooser
        label="Draw"
        text={test.draw || null}
        ask="name it"
        hint="Write a name; another name is another draw"
        choices={[]}
        written={(text) => [{ value: text.trim().slice(0, 100), label: text.trim() }]}
        onPick={(draw) => onChange({ draw }, 'name the draw')}
      />
    </>
  ),
};

/** What the clock shows where the person is. */
export const moment: KindEditor<'moment'> = {
  name: 'the time where they are',
  group: 'Chance and time',
  blank: () => ({ weekdays: [] }),
  lead: ['live where it is', 'live where it is not'],
  title: () => 'the time where they are',
  Chips: ({ test, onChange }) => (
    <>
      {test.weekdays !== undefined && (
        <span className={css.clause}>
          <WeekdaysChip weekdays={test.weekdays} onChange={(weekdays) => onChange({ weekdays }, 'change the weekdays')} />
          {test.hours && <Less what="the weekdays" onClick={() => onChange({ weekdays: undefined }, 'take the weekdays away')} />}
        </span>
      )}
      {test.hours !== undefined && (
        <span className={css.clause}>
          <HoursChip hours={test.hours} onChange={(hours) => onChange({ hours }, 'change the hours')} />
          {test.weekdays && <Less what="the hours" onClick={() => onChange({ hours: undefined }, 'take the hours away')} />}
        </span>
      )}
      <More<DraftTest<'moment'>>
        choices={[
          ...(test.weekdays === undefined
            ? [{ label: 'on some weekdays', part: { weekdays: [] as number[] }, did: 'ask for weekdays' }]
            : []),
          ...(test.hours === undefined ? [{ label: 'between two times of day', part: { hours: {} }, did: 'ask for hours' }] : []),
        ]}
        onAdd={onChange}
      />
    </>
  ),
};
