import { Autocomplete, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import type { CapPolicy, PolicyHold } from '#contract/cap-policy.ts';
import type { Vocabulary } from '#contract/routes/rules.ts';
import { AddRow, RemoveRow } from '../parts/row-buttons.tsx';
import { namedChoices } from '../rules/vocabulary.ts';
import { DurationInput } from './duration-input.tsx';
import css from './settings.module.css';

/** After how many messages without an answer somebody is left alone. */
export function FatigueRow({ fatigue, onChange }: { fatigue: CapPolicy['fatigue']; onChange: (fatigue: CapPolicy['fatigue']) => void }) {
  return (
    <>
      <Switch
        label="Leave people alone who do not come back"
        checked={fatigue !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? { messages: 6, within: 'P30D', rest: 'P14D' } : null)}
      />
      {fatigue && (
        <div className={css.caps}>
          <div>
            <span>After</span>
            <NumberInput
              aria-label="Messages without an answer"
              value={fatigue.messages}
              min={1}
              max={100}
              clampBehavior="strict"
              allowDecimal={false}
              allowNegative={false}
              hideControls
              w={64}
              onChange={(next) => typeof next === 'number' && onChange({ ...fatigue, messages: next })}
            />
            <span>messages in</span>
            <DurationInput label="Counted in the last" value={fatigue.within} onChange={(within) => onChange({ ...fatigue, within })} />
            <span>without being seen, rest for</span>
            <DurationInput label="Rest" value={fatigue.rest} onChange={(rest) => onChange({ ...fatigue, rest })} />
          </div>
        </div>
      )}
    </>
  );
}

/** What marketing waits for: something that happened, or people in a segment. */
export function HoldRows({
  holds,
  vocabulary,
  onChange,
}: {
  holds: readonly PolicyHold[];
  vocabulary: Vocabulary;
  onChange: (holds: PolicyHold[]) => void;
}) {
  const set = (index: number, hold: PolicyHold): void => onChange(holds.map((each, at) => (at === index ? hold : each)));
  const events = [...new Set(vocabulary.events.map((each) => each.name))];
  const segments = namedChoices(vocabulary, 'segments');
  return (
    <>
      {holds.length === 0 && (
        <p className="faint">Nothing: marketing goes on after a reply, a booking or a complaint, unless a journey says otherwise.</p>
      )}
      {holds.map((hold, index) => (
        <div key={index} className={css.caps}>
          <div>
            <TextInput
              aria-label="Why it waits"
              placeholder="Why, as a colleague reads it"
              value={hold.says}
              maxLength={200}
              w={320}
              onChange={(event) => set(index, { ...hold, says: event.currentTarget.value })}
            />
            <RemoveRow label={`Remove “${hold.says}”`} onClick={() => onChange(holds.toSpliced(index, 1))} />
          </div>
          <div>
            <Select
              aria-label="What it waits for"
              data={[
                { value: 'event', label: 'From when' },
                { value: 'segment', label: 'While they are in' },
              ]}
              value={hold.segment === undefined ? 'event' : 'segment'}
              allowDeselect={false}
              w={160}
              onChange={(next) => {
                const { on: _on, until: _until, lasts: _lasts, segment: _segment, ...rest } = hold;
                set(
                  index,
                  next === 'segment'
                    ? { ...rest, segment: segments[0]?.value ?? '' }
                    : { ...rest, on: { event: 'Email Replied' }, lasts: 'P3D' },
                );
              }}
            />
            {hold.segment === undefined ? (
              <>
                <Autocomplete
                  aria-label="Event"
                  data={events}
                  value={hold.on?.event ?? ''}
                  maxLength={200}
                  w={190}
                  onChange={(event) => set(index, { ...hold, on: { ...hold.on, event } })}
                />
                <span>for</span>
                <DurationInput label="At most so long" value={hold.lasts ?? 'P3D'} onChange={(lasts) => set(index, { ...hold, lasts })} />
                <span>or until</span>
                <Autocomplete
                  aria-label="Until this event"
                  placeholder="nothing else"
                  data={events}
                  value={hold.until?.event ?? ''}
                  maxLength={200}
                  w={190}
                  onChange={(event) => {
                    const { until: _, ...rest } = hold;
                    set(index, event === '' ? rest : { ...hold, until: { ...hold.until, event } });
                  }}
                />
              </>
            ) : (
              <Select
                aria-label="Segment"
                data={segments}
                value={hold.segment}
                allowDeselect={false}
                searchable
                nothingFoundMessage="No such segment"
                w={220}
                onChange={(segment) => segment && set(index, { ...hold, segment })}
              />
            )}
          </div>
        </div>
      ))}
      <AddRow
        disabled={holds.length >= 20}
        onClick={() => onChange([...holds, { says: 'They wait for an answer of ours', on: { event: 'Email Replied' }, lasts: 'P3D' }])}
      >
        Add something that marketing waits for
      </AddRow>
    </>
  );
}
