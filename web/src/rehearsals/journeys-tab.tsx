import { To, useAddress } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { Card, Section } from '../parts/page.tsx';
import { Chip } from '../parts/tone.tsx';
import { JourneyFlow } from './journey-flow.tsx';
import css from './rehearsals.module.css';
import { SidesTable } from './sides-table.tsx';
import { journeyNames, keysOf, type Pair, pairOf, type Rehearsal, type RehearsedJourney } from './words.ts';

const measures = [
  { title: 'Entered', tip: 'How often it was entered in that time' },
  { title: 'Goals', tip: 'Runs that reached the goal' },
  { title: 'Inside', tip: 'Under way when the time is over' },
  { title: 'Sent' },
  { title: 'Held', tip: 'Messages that were held at least once on the way' },
  { title: 'Not sent' },
];
const reads: readonly ((journey: RehearsedJourney) => number)[] = [
  ({ entered }) => entered,
  ({ goals }) => goals,
  ({ inside }) => inside,
  ({ messages }) => messages.sent,
  ({ messages }) => messages.held,
  ({ messages }) => messages.skipped,
];

/** Every journey with its numbers; one that is chosen with its flow and everybody who goes through it. */
export function JourneysTab({ rehearsal }: { rehearsal: Rehearsal }) {
  const [address] = useAddress();
  const names = journeyNames(rehearsal);
  const keys = keysOf(rehearsal, (side) => side.journeys.map(({ key }) => key));
  const chosen = address.journey;
  if (chosen !== undefined)
    return <JourneyFlow key={chosen} rehearsal={rehearsal} journeyKey={chosen} name={names.get(chosen) ?? nameGiven(rehearsal, chosen)} />;
  if (keys.length === 0)
    return (
      <Empty small title="No journey comes into it">
        Nobody would have entered one, and nobody stood in one.
      </Empty>
    );
  const rehearsed = new Set(rehearsal.given.map(({ key }) => key));
  const values = (key: string): Pair[] =>
    reads.map((read) =>
      pairOf(rehearsal, (side) => {
        const journey = side.journeys.find((each) => each.key === key);
        return journey ? read(journey) : 0;
      }),
    );
  return (
    <Section
      title="Journeys"
      hint={
        rehearsal.changed
          ? 'With the change; beneath it what it is now, where that differs. A name leads to its flow.'
          : 'A name leads to its flow.'
      }
    >
      <Card>
        <SidesTable
          label="Journeys"
          of="Journey"
          measures={measures}
          rows={keys.map((key) => ({
            key,
            name: (
              <span className={css.named}>
                <To to={`rehearsals/${rehearsal.id}`} search={{ tab: 'journeys', journey: key }} className="text-link">
                  {names.get(key) ?? key}
                </To>
                {rehearsed.has(key) && <Chip tone="accent">Rehearsed</Chip>}
              </span>
            ),
            values: values(key),
          }))}
        />
      </Card>
    </Section>
  );
}

const nameGiven = ({ definitions }: Rehearsal, journey: string): string =>
  definitions.find(({ kind, key }) => kind === 'journey' && key === journey)?.name ?? journey;
