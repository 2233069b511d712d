import { NumberInput, Select } from '@mantine/core';
import type { Cap } from '#contract/cap-policy.ts';
import type { Vocabulary } from '#contract/routes/rules.ts';
import { AddRow, RemoveRow } from '../parts/row-buttons.tsx';
import { namedChoices } from '../rules/vocabulary.ts';
import { DurationInput } from './duration-input.tsx';
import css from './settings.module.css';

export const channels = [
  { value: 'email', label: 'e-mail' },
  { value: 'webhook', label: 'webhook' },
];
const anyChannel = { value: '', label: 'all channels together' };
const stretches = [
  { value: '', label: 'any' },
  { value: 'day', label: 'each day' },
  { value: 'week', label: 'each week' },
  { value: 'month', label: 'each month' },
];

/** "stage:lead" and "segment:vip" in one list: a cap is for everybody, or for those in one of them. */
const whoOf = ({ stage, segment }: Cap): string =>
  stage !== undefined ? `stage:${stage}` : segment !== undefined ? `segment:${segment}` : '';

/** One cap as a sentence: at most 3 on e-mail about News for people in VIP in any 7 days. */
export function CapRows({ caps, vocabulary, onChange }: { caps: readonly Cap[]; vocabulary: Vocabulary; onChange: (caps: Cap[]) => void }) {
  const set = (index: number, cap: Cap): void => onChange(caps.map((each, at) => (at === index ? cap : each)));
  const topics = [{ value: '', label: 'any topic' }, ...namedChoices(vocabulary, 'topics')];
  const people = [
    { value: '', label: 'everybody' },
    { group: 'People in the stage', items: namedChoices(vocabulary, 'stages').map((each) => ({ ...each, value: `stage:${each.value}` })) },
    {
      group: 'People in the segment',
      items: namedChoices(vocabulary, 'segments').map((each) => ({ ...each, value: `segment:${each.value}` })),
    },
  ];
  return (
    <>
      {caps.length === 0 && <p className="faint">No cap: journeys may write as often as they like.</p>}
      <ul className={css.caps}>
        {caps.map((cap, index) => {
          const { channel, topic, stage: _stage, segment: _segment, ...rest } = cap;
          const without = (part: 'channel' | 'topic', value: string | null): Cap => {
            const { [part]: _, ...others } = cap;
            return value ? { ...others, [part]: value } : others;
          };
          return (
            <li key={index}>
              <span className={css.pair}>
                <span>At most</span>
                <NumberInput
                  aria-label="How many"
                  value={cap.max}
                  min={0}
                  max={1000}
                  clampBehavior="strict"
                  allowDecimal={false}
                  allowNegative={false}
                  hideControls
                  w={64}
                  onChange={(next) => typeof next === 'number' && set(index, { ...cap, max: next })}
                />
              </span>
              <span className={css.pair}>
                <span>on</span>
                <Select
                  aria-label="Channel"
                  data={[anyChannel, ...channels]}
                  value={channel ?? ''}
                  allowDeselect={false}
                  w={180}
                  onChange={(next) => set(index, without('channel', next))}
                />
              </span>
              <span className={css.pair}>
                <span>about</span>
                <Select
                  aria-label="Topic"
                  data={topics}
                  value={topic ?? ''}
                  allowDeselect={false}
                  w={150}
                  onChange={(next) => set(index, without('topic', next))}
                />
              </span>
              <span className={css.pair}>
                <span>for</span>
                <Select
                  aria-label="For whom"
                  data={people}
                  value={whoOf(cap)}
                  allowDeselect={false}
                  searchable
                  w={180}
                  onChange={(next) => {
                    const [kind, key] = String(next ?? '').split(':');
                    const scope = { ...(channel === undefined ? {} : { channel }), ...(topic === undefined ? {} : { topic }) };
                    set(index, {
                      ...rest,
                      ...scope,
                      ...(kind === 'stage' ? { stage: key! } : kind === 'segment' ? { segment: key! } : {}),
                    });
                  }}
                />
              </span>
              <span className={css.pair}>
                <span>in</span>
                <Select
                  aria-label="Counted in"
                  data={stretches}
                  value={cap.per ?? ''}
                  allowDeselect={false}
                  w={120}
                  onChange={(next) => {
                    const { within: _within, per: _per, ...others } = cap;
                    set(index, next ? { ...others, per: next as 'day' } : { ...others, within: 'P7D' });
                  }}
                />
              </span>
              {cap.within !== undefined && (
                <DurationInput label="Window" value={cap.within} onChange={(within) => set(index, { ...cap, within })} />
              )}
              <RemoveRow label="Remove this cap" onClick={() => onChange(caps.toSpliced(index, 1))} />
            </li>
          );
        })}
      </ul>
      <AddRow disabled={caps.length >= 20} onClick={() => onChange([...caps, { channel: 'email', max: 3, within: 'P7D' }])}>
        Add a cap
      </AddRow>
    </>
  );
}
