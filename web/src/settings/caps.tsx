import { Button } from '@mantine/core';
import { useState } from 'react';
import { standardBreaker, standardLoops } from '#contract/breaker.ts';
import type { CapPolicy } from '#contract/cap-policy.ts';
import { isObject } from '#contract/json.ts';
import type { Reply } from '../api.ts';
import { Publish } from '../definitions/publish.tsx';
import { To } from '../parts/address.tsx';
import { said } from '../parts/notify.ts';
import { Section } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Chip } from '../parts/tone.tsx';
import { useChange, useRoute } from '../query.ts';
import { RehearseButton } from '../rehearsals/rehearse-button.tsx';
import { nothingKnown } from '../rules/vocabulary.ts';
import { BreakerRows, LoopRow } from './breaker-rows.tsx';
import { CapRows } from './cap-rows.tsx';
import { FatigueRow, HoldRows } from './hold-rows.tsx';
import { QuietRows } from './quiet-rows.tsx';
import css from './settings.module.css';

const at = { kind: 'cap-policy', key: 'main' } as const;
const none: CapPolicy = {
  name: 'Caps and quiet hours',
  caps: [],
  quietHours: null,
  quietElsewhere: [],
  fatigue: null,
  holds: [],
  breaker: standardBreaker,
  loops: standardLoops,
};

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
  const vocabulary = useRoute('getVocabulary', undefined, { staleTime: 60_000 }).data ?? nothingKnown;
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
        hint="At most so many marketing messages to a person. What is over a cap is held until there is room."
      >
        <CapRows caps={policy.caps} vocabulary={vocabulary} onChange={(caps) => set({ caps })} />
      </Section>
      <Section
        title="Quiet hours"
        hint="Marketing waits during these hours, in the person's own time zone, or the workspace's where theirs is not known."
      >
        <QuietRows kept={kept} quiet={policy} onChange={set} />
      </Section>
      <Section title="Rest" hint="Somebody who was written to often and never came back is left alone for a while.">
        <FatigueRow fatigue={policy.fatigue} onChange={(fatigue) => set({ fatigue })} />
      </Section>
      <Section
        title="What marketing waits for"
        hint="A reply that nobody has answered, an open ticket, people in mourning: meanwhile no journey writes to them."
      >
        <HoldRows holds={policy.holds} vocabulary={vocabulary} onChange={(holds) => set({ holds })} />
      </Section>
      <Section
        title="What stops by itself"
        hint="A journey, a broadcast or a channel whose messages go wrong more often than chance explains is stopped until somebody lets it go on."
      >
        <BreakerRows breaker={policy.breaker} onChange={(breaker) => set({ breaker })} />
        <LoopRow loops={policy.loops} onChange={(loops) => set({ loops })} />
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
        {waits && <RehearseButton drafts={[at]} lacks={dirty ? 'Save the draft first' : undefined} />}
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
