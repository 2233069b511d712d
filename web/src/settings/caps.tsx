import { Button, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { CapPolicy } from '#contract/definition-bodies.ts';
import { isObject } from '#contract/json.ts';
import type { Reply } from '../api.ts';
import { Publish } from '../definitions/publish.tsx';
import { To } from '../parts/address.tsx';
import { said } from '../parts/notify.ts';
import { Section } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { AddRow, RemoveRow } from '../parts/row-buttons.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Chip } from '../parts/tone.tsx';
import { useChange, useRoute } from '../query.ts';
import { DurationInput } from './duration-input.tsx';
import css from './settings.module.css';

const at = { kind: 'cap-policy', key: 'main' } as const;
const none: CapPolicy = { name: 'Caps and quiet hours', caps: [], quietHours: null };
const night: NonNullable<CapPolicy['quietHours']> = { from: '21:00', to: '08:00', answersWithin: 'PT0S' };
const channels = [
  { value: '', label: 'all channels together' },
  { value: 'email', label: 'e-mail' },
  { value: 'webhook', label: 'webhook' },
];

const read = (body: unknown): CapPolicy =>
  isObject(body)
    ? { ...none, ...(body as Partial<CapPolicy>), caps: Array.isArray(body.caps) ? (body.caps as CapPolicy['caps']) : [] }
    : none;

/** Caps and quiet hours: a form over the definition cap-policy main, saved as a draft and published. */
export function Caps() {
  const definition = useRoute('getDefinition', { params: at });
  if (definition.error && definition.error.code !== 'definition-unknown')
    return <ProblemView problem={definition.error} again={() => void definition.refetch()} />;
  if (!definition.data && !definition.error) return <Bones lines={6} />;
  return <CapsForm definition={definition.data} />;
}

function CapsForm({ definition }: { definition: Reply<'getDefinition'> | undefined }) {
  const kept = read(definition?.draft);
  const [changed, setChanged] = useState<CapPolicy | null>(null);
  const [publishing, setPublishing] = useState(false);
  const put = useChange('putDefinition', ['getDefinition', 'listDefinitions']);
  const policy = changed ?? kept;
  const dirty = changed !== null && JSON.stringify(changed) !== JSON.stringify(kept);
  const set = (part: Partial<CapPolicy>): void => setChanged({ ...policy, ...part });
  const setCap = (index: number, part: Partial<CapPolicy['caps'][number]>): void =>
    set({ caps: policy.caps.map((cap, at) => (at === index ? { ...cap, ...part } : cap)) });
  const save = async (then: 'publish' | 'stay'): Promise<void> => {
    try {
      if (dirty || !definition) await put.mutateAsync({ params: at, body: { body: policy } });
    } catch {
      return; // the problem stands beside the button
    }
    setChanged(null);
    if (then === 'publish') setPublishing(true);
    else said('Saved as a draft. Nothing changes before it is published.');
  };
  const { quietHours } = policy;
  const waits = definition !== undefined && (definition.hasDraft || definition.version === null);
  return (
    <form
      className={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        void save('publish');
      }}
    >
      <Section
        title={
          <span className={css.titled}>
            Caps{' '}
            {waits && (
              <Chip tone="warn" tip="What is below is not live yet">
                Draft waits
              </Chip>
            )}
          </span>
        }
        hint="At most so many marketing messages to a person in any rolling window. What is over a cap is held until there is room."
      >
        {policy.caps.length === 0 && <p className="faint">No cap: journeys may write as often as they like.</p>}
        <ul className={css.caps}>
          {policy.caps.map((cap, index) => (
            <li key={index}>
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
                onChange={(next) => typeof next === 'number' && setCap(index, { max: next })}
              />
              <span>on</span>
              <Select
                aria-label="Channel"
                data={channels}
                value={cap.channel ?? ''}
                allowDeselect={false}
                w={190}
                onChange={(next) => {
                  const { channel: _, ...rest } = cap;
                  set({ caps: policy.caps.map((one, at) => (at === index ? { ...rest, ...(next ? { channel: next } : {}) } : one)) });
                }}
              />
              <span>in</span>
              <DurationInput label="Window" value={cap.within} onChange={(within) => setCap(index, { within })} />
              <RemoveRow label="Remove this cap" onClick={() => set({ caps: policy.caps.filter((_, at) => at !== index) })} />
            </li>
          ))}
        </ul>
        <AddRow
          disabled={policy.caps.length >= 20}
          onClick={() => set({ caps: [...policy.caps, { channel: 'email', max: 3, within: 'P7D' }] })}
        >
          Add a cap
        </AddRow>
      </Section>
      <Section
        title="Quiet hours"
        hint="Marketing waits during these hours, in the person's own time zone, or the workspace's where theirs is not known."
      >
        <Switch
          label="Keep quiet"
          checked={quietHours !== null}
          onChange={(event) => set({ quietHours: event.currentTarget.checked ? (kept.quietHours ?? night) : null })}
        />
        {quietHours && (
          <>
            <div className={css.caps}>
              <div>
                <span>From</span>
                <TextInput
                  type="time"
                  aria-label="From"
                  value={quietHours.from}
                  onChange={(event) => event.currentTarget.value && set({ quietHours: { ...quietHours, from: event.currentTarget.value } })}
                  w={132}
                />
                <span>to</span>
                <TextInput
                  type="time"
                  aria-label="To"
                  value={quietHours.to}
                  onChange={(event) => event.currentTarget.value && set({ quietHours: { ...quietHours, to: event.currentTarget.value } })}
                  w={132}
                />
              </div>
              <div>
                <span>Except answers to what the person did in the last</span>
                <DurationInput
                  label="Answers within"
                  value={quietHours.answersWithin}
                  min={0}
                  onChange={(answersWithin) => set({ quietHours: { ...quietHours, answersWithin } })}
                />
              </div>
            </div>
            {quietHours.channels && <p className="faint">Only on {quietHours.channels.join(', ')}, as the definition says.</p>}
          </>
        )}
      </Section>
      {put.error && <ProblemView problem={put.error} />}
      {definition && definition.mistakes.length > 0 && !dirty && (
        <p className={css.warning}>{definition.mistakes.map((mistake) => `${mistake.path}: ${mistake.message}`).join('. ')}</p>
      )}
      <div className={css.buttons}>
        <Button type="submit" disabled={!dirty && !waits} loading={put.isPending}>
          Publish
        </Button>
        <Button variant="default" disabled={!dirty} onClick={() => void save('stay')}>
          Save draft
        </Button>
        {dirty && (
          <Button variant="subtle" color="gray" onClick={() => setChanged(null)}>
            Undo
          </Button>
        )}
        <span className={css.space} />
        {definition && (
          <To to="definitions/cap-policy/main" search={{ tab: 'versions' }} className="text-link">
            {definition.version === null ? 'Never published' : `Version ${definition.version} is live`}
          </To>
        )}
      </div>
      {definition && <Publish open={publishing} definition={definition} onClose={() => setPublishing(false)} />}
    </form>
  );
}
