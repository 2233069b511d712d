import { reasonWords } from '#contract/reason-words.ts';
import { Card, Section } from '../parts/page.tsx';
import { Chip } from '../parts/tone.tsx';
import { upper } from '../parts/upper.ts';
import css from './rehearsals.module.css';
import { SidesTable } from './sides-table.tsx';
import { journeyNames, keysOf, type Pair, pairOf, type Rehearsal } from './words.ts';

const more = (a: { values: Pair[] }, b: { values: Pair[] }): number => most(b) - most(a);
const most = ({ values: [pair] }: { values: Pair[] }): number => Math.max(pair!.after, pair!.before ?? 0);

/** Every "not now" and "not at all", and what stood against entering. */
export function Bites({ rehearsal }: { rehearsal: Rehearsal }) {
  const names = journeyNames(rehearsal);
  const reasons = keysOf(rehearsal, (side) => side.reasons.map(({ status, reason, journey }) => `${status} ${reason} ${journey}`))
    .map((key) => {
      const [status, reason, journey] = key.split(' ') as ['held' | 'skipped', keyof typeof reasonWords, string];
      const found = pairOf(
        rehearsal,
        (side) => side.reasons.find((each) => each.status === status && each.reason === reason && each.journey === journey)?.messages ?? 0,
      );
      return { key, status, reason, journey, values: [found] };
    })
    .sort(more);
  const outside = keysOf(rehearsal, (side) => side.journeys.flatMap(({ key, refused }) => refused.map(({ rule }) => `${key} ${rule}`)))
    .map((key) => {
      const [journey, ...words] = key.split(' ') as [string, ...string[]];
      const rule = words.join(' ');
      const times = pairOf(
        rehearsal,
        (side) => side.journeys.find((each) => each.key === journey)?.refused.find((each) => each.rule === rule)?.times ?? 0,
      );
      return { key, journey, rule, values: [times] };
    })
    .sort(more);
  return (
    <div className={css.pair}>
      <Section
        title="Held and not sent"
        hint="Caps, quiet hours, consent: what stood between a message and somebody. Held counts once for each reason."
      >
        {reasons.length === 0 ? (
          <p className="quiet">Nothing stands in the way of any message.</p>
        ) : (
          <Card>
            <SidesTable
              label="Reasons"
              of="Because of"
              measures={[{ title: 'Messages' }]}
              rows={reasons.map(({ key, status, reason, journey, values }) => ({
                key,
                values,
                name: (
                  <span className={css.named}>
                    <Chip tone={status === 'held' ? 'warn' : 'calm'}>{status === 'held' ? 'Held' : 'Not sent'}</Chip>
                    <span>{reasonWords[reason]}</span>
                    <span className="faint">{names.get(journey) ?? journey}</span>
                  </span>
                ),
              }))}
            />
          </Card>
        )}
      </Section>
      <Section title="Who stood outside" hint="Something would have let them in, and a rule of the journey did not.">
        {outside.length === 0 ? (
          <p className="quiet">Nobody stood outside.</p>
        ) : (
          <Card>
            <SidesTable
              label="What stood against entering"
              of="Rule"
              measures={[{ title: 'Times' }]}
              rows={outside.map(({ key, journey, rule, values }) => ({
                key,
                values,
                name: (
                  <span className={css.named}>
                    <span>{upper(rule)}</span>
                    <span className="faint">{names.get(journey) ?? journey}</span>
                  </span>
                ),
              }))}
            />
          </Card>
        )}
      </Section>
    </div>
  );
}
