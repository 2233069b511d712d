import { Button, MultiSelect, NumberInput, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import type { BroadcastPlan, BroadcastWhen } from '#contract/broadcast.ts';
import { TemplatePreview } from '../journeys/template-preview.tsx';
import { To, useGo } from '../parts/address.tsx';
import { AskBeforeLeaving } from '../parts/ask-before-leaving.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { said } from '../parts/notify.ts';
import { plural, sayNumber } from '../parts/number.ts';
import { Card, Page, Section } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { RadioChoices } from '../parts/radio-choices.tsx';
import { Chip } from '../parts/tone.tsx';
import { upper } from '../parts/upper.ts';
import { instantOnWall, wallTime } from '../parts/zone-time.ts';
import { useChange, useRoute, useTrial } from '../query.ts';
import { useNow, useWorkspace } from '../session/workspace.tsx';
import { DurationInput } from '../settings/duration-input.tsx';
import css from './broadcasts.module.css';
import { EstimateSection } from './estimate.tsx';
import { useDraft } from './use-draft.ts';
import { Trial, trialLacks } from './trial.tsx';
import { type Broadcast, sayLength, sayPace, sayWhen } from './words.ts';

type Change = (part: Partial<BroadcastPlan>) => void;

/** A draft on one page: what, to whom, when, how fast; beside it who that is, how it reads and what it would come to. */
export function EditBroadcast({ broadcast }: { broadcast: Broadcast }) {
  const { id } = broadcast;
  const go = useGo();
  const { language, zone } = useWorkspace();
  const { plan, change, isSaved, problem, flush } = useDraft(id, broadcast.plan);
  const start = useChange('startBroadcast', ['getBroadcast', 'listBroadcasts', 'listAudit']);
  const remove = useChange('deleteBroadcast', ['listBroadcasts', 'listAudit']);
  const [asked, setAsked] = useState<'start' | 'remove' | null>(null);
  const audience = useAudience(plan);
  const locked = plan.experiment && isSaved ? broadcast.locked : null;
  const lacks = [...lacksOf(plan), ...trialLacks(plan), ...(locked === null ? [] : [upper(locked)])];
  const templates = useChoices('template', [plan.template, ...(plan.experiment?.arms.map(({ template }) => template) ?? [])]);
  const isNow = plan.when.at === 'now';
  return (
    <Page
      title={
        <>
          {plan.name || 'Without a name'} <Chip>Draft</Chip>
        </>
      }
      tab={plan.name}
      purpose={plan.purpose || 'A draft: nothing is sent until you say so.'}
      actions={
        <>
          <span className={css.saved} role="status">
            {isSaved ? 'Saved' : problem ? 'Not saved' : 'Saving …'}
          </span>
          <Button variant="default" onClick={() => setAsked('remove')}>
            Remove
          </Button>
          <Button onClick={() => setAsked('start')} disabled={lacks.length > 0} data-tip={lacks[0]}>
            {isNow ? 'Send' : 'Schedule'}
          </Button>
        </>
      }
    >
      {problem && <ProblemView problem={problem} />}
      <div className={css.editor}>
        <div className={css.fields}>
          <What plan={plan} change={change} templates={templates} />
          <Whom plan={plan} change={change} audience={audience} />
          <Trial plan={plan} change={change} people={audience?.people ?? null} templates={templates} locked={locked} />
          <When plan={plan} change={change} />
          <Pace plan={plan} change={change} people={audience?.people ?? null} />
        </div>
        <div className={css.beside}>
          {plan.template !== null && <TemplatePreview template={plan.template} {...(plan.topic === null ? {} : { topic: plan.topic })} />}
          <EstimateSection id={id} flush={flush} lacks={lacks} />
        </div>
      </div>
      <Confirm
        open={asked === 'start'}
        onClose={() => setAsked(null)}
        title={isNow ? `Send “${plan.name}”` : `Schedule “${plan.name}”`}
        action={isNow ? 'Send' : 'Schedule'}
        onConfirm={async () => {
          await flush();
          await start.mutateAsync({ params: { id } });
          said(isNow ? 'It is on its way.' : 'It is scheduled.');
        }}
      >
        {audience ? `${plural(audience.people, 'person', 'people')}` : 'Everybody in the audience'}, {sayWhen(plan, language, zone)},{' '}
        {sayPace(plan)}. {isNow ? 'The audience is frozen now' : 'The audience is frozen when it starts'}: whoever joins the segments
        afterwards does not get it, whoever leaves them afterwards does.
      </Confirm>
      <Confirm
        open={asked === 'remove'}
        onClose={() => setAsked(null)}
        title="Remove the draft"
        action="Remove"
        danger
        onConfirm={async () => {
          await remove.mutateAsync({ params: { id } });
          go('broadcasts');
        }}
      >
        Nothing of it has been sent. It cannot be brought back.
      </Confirm>
      <AskBeforeLeaving when={!isSaved && asked === null} />
    </Page>
  );
}

/** What is missing before it can be sent, each as a sentence. */
const lacksOf = (plan: BroadcastPlan): string[] => [
  ...(plan.name.trim() === '' ? ['Give it a name'] : []),
  ...(plan.template === null ? ['Choose what is sent'] : []),
  ...(plan.topic === null ? ['Choose what it is about'] : []),
  ...(plan.segments.length === 0 ? ['Say who gets it'] : []),
];

function useAudience({ segments, without }: BroadcastPlan) {
  const [asked] = useDebouncedValue({ segments, without }, 300);
  return useTrial('countAudience', asked.segments.length === 0 ? null : { body: asked }, { staleTime: 5_000 }).data;
}

/** Published definitions of a kind, to choose from; one that is chosen and not published says so. */
function useChoices(kind: 'template' | 'topic' | 'segment', chosen: readonly (string | null)[]): { value: string; label: string }[] {
  const { data } = useRoute('listDefinitions', { query: { kind } }, { staleTime: 30_000 });
  const rows = (data?.items ?? []).filter((row) => row.version !== null);
  const known = new Set(rows.map((row) => row.key));
  return [
    ...rows.map((row) => ({ value: row.key, label: row.name || row.key })),
    ...chosen.flatMap((key) => (key === null || known.has(key) ? [] : [{ value: key, label: data ? `${key} (not published)` : key }])),
  ];
}

function What({ plan, change, templates }: { plan: BroadcastPlan; change: Change; templates: { value: string; label: string }[] }) {
  return (
    <Section title="What">
      <Card>
        <div className={css.form}>
          <TextInput
            label="Name"
            value={plan.name}
            maxLength={200}
            autoComplete="off"
            error={plan.name.trim() === '' ? 'Give it a name' : undefined}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <Textarea
            label="What it is for"
            description="One sentence for colleagues; nobody else reads it"
            value={plan.purpose}
            maxLength={300}
            autosize
            minRows={1}
            onChange={(event) => change({ purpose: event.currentTarget.value })}
          />
          <Select
            label="Content"
            placeholder="Choose a published template"
            data={templates}
            value={plan.template}
            searchable
            nothingFoundMessage="No published template is called that"
            onChange={(template) => change({ template })}
          />
          <Select
            label="Topic"
            description="It says whether this is marketing, which needs consent"
            placeholder="What it is about"
            data={useChoices('topic', [plan.topic])}
            value={plan.topic}
            searchable
            nothingFoundMessage="No published topic is called that"
            onChange={(topic) => change({ topic })}
          />
        </div>
      </Card>
    </Section>
  );
}

function Whom({
  plan,
  change,
  audience,
}: {
  plan: BroadcastPlan;
  change: Change;
  audience: { people: number; before: number; taken: number } | undefined;
}) {
  const choices = useChoices('segment', [...plan.segments, ...plan.without]);
  return (
    <Section title="To whom">
      <Card>
        <div className={css.form}>
          <MultiSelect
            label="Whoever is in any of these segments"
            placeholder={plan.segments.length === 0 ? 'Choose segments' : undefined}
            data={choices}
            value={plan.segments}
            searchable
            nothingFoundMessage="No published segment is called that"
            onChange={(segments) => change({ segments })}
          />
          <MultiSelect
            label="But in none of these"
            placeholder={plan.without.length === 0 ? 'Nobody is taken out' : undefined}
            data={choices}
            value={plan.without}
            searchable
            nothingFoundMessage="No published segment is called that"
            onChange={(without) => change({ without })}
          />
          <p className={css.audience} role="status">
            {plan.segments.length === 0 ? (
              <span className="faint">Nobody yet.</span>
            ) : audience === undefined ? (
              <span className="faint">Counting …</span>
            ) : (
              <>
                <strong>{plural(audience.people, 'person', 'people')}</strong>, each once
                {audience.taken > 0 && (
                  <span className="quiet">
                    ; {sayNumber(audience.taken)} of {sayNumber(audience.before)} taken out
                  </span>
                )}
                {plan.segments.length === 1 && (
                  <>
                    {' '}
                    <To to={`people?segment=${plan.segments[0]}`} className="text-link">
                      See the segment
                    </To>
                  </>
                )}
              </>
            )}
          </p>
        </div>
      </Card>
    </Section>
  );
}

const hour = 3_600_000;

function When({ plan, change }: { plan: BroadcastPlan; change: Change }) {
  const { zone } = useWorkspace();
  const now = useNow();
  const { when } = plan;
  const tomorrow = wallTime(now + 24 * hour, zone).slice(0, 10);
  const usual: Record<BroadcastWhen['at'], BroadcastWhen> = {
    now: { at: 'now' },
    instant: { at: 'instant', instant: new Date(instantOnWall(`${tomorrow}T09:00`, zone)!).toISOString() },
    local: { at: 'local', day: tomorrow, time: '09:00' },
  };
  return (
    <Section title="When">
      <Card>
        <div className={css.form}>
          <RadioChoices
            label="It goes out"
            value={when.at}
            choices={[
              { value: 'now', label: 'At once', description: 'As soon as you press Send' },
              { value: 'instant', label: 'At one instant', description: `The same for everybody, by the clock in ${zone}` },
              {
                value: 'local',
                label: 'At their local time',
                description: `When clocks show it where each of them is; in ${zone} where that is not known`,
              },
            ]}
            onChange={(at) => at !== when.at && change({ when: usual[at] })}
          />
          {when.at === 'instant' && (
            <TextInput
              type="datetime-local"
              label={`Day and time in ${zone}`}
              value={wallTime(Date.parse(when.instant), zone)}
              error={Date.parse(when.instant) < now ? 'This has gone: it would go out at once' : undefined}
              onChange={(event) => {
                const at = instantOnWall(event.currentTarget.value, zone);
                if (at !== null) change({ when: { at: 'instant', instant: new Date(at).toISOString() } });
              }}
            />
          )}
          {when.at === 'local' && (
            <>
              <div className={css.row}>
                <TextInput
                  type="date"
                  label="Day"
                  value={when.day}
                  onChange={(event) => event.currentTarget.value !== '' && change({ when: { ...when, day: event.currentTarget.value } })}
                />
                <TextInput
                  type="time"
                  label="Time"
                  value={when.time}
                  onChange={(event) =>
                    event.currentTarget.value !== '' && change({ when: { ...when, time: event.currentTarget.value.slice(0, 5) } })
                  }
                />
              </div>
              <p className="faint">Whose time has gone when it starts gets it at once.</p>
            </>
          )}
          <Select
            label="When it may not go out to somebody then"
            description="Quiet hours, or a cap that is reached"
            data={[
              { value: 'wait', label: 'Wait until it may, or has expired' },
              { value: 'drop', label: 'Drop it for them' },
            ]}
            value={plan.ifHeld}
            allowDeselect={false}
            onChange={(ifHeld) => ifHeld && change({ ifHeld: ifHeld as BroadcastPlan['ifHeld'] })}
          />
          <div className={css.field}>
            <span>Not sent later than this after their turn</span>
            <DurationInput label="Not sent later than" value={plan.expiresAfter} onChange={(expiresAfter) => change({ expiresAfter })} />
          </div>
        </div>
      </Card>
    </Section>
  );
}

function Pace({ plan, change, people }: { plan: BroadcastPlan; change: Change; people: number | null }) {
  const { perMinute } = plan;
  return (
    <Section title="How fast">
      <Card>
        <div className={css.form}>
          <Switch
            label="Keep to a pace"
            description="So that the phone can be answered, or a new address earns its name"
            checked={perMinute !== null}
            onChange={(event) => change({ perMinute: event.currentTarget.checked ? 100 : null })}
          />
          {perMinute !== null && (
            <NumberInput
              label="At most so many a minute"
              value={perMinute}
              min={1}
              max={1_000_000}
              allowDecimal={false}
              w={180}
              {...(people === null || people === 0
                ? {}
                : { description: `${plural(people, 'person', 'people')} take ${sayLength(people, perMinute)}` })}
              onChange={(next) => typeof next === 'number' && next >= 1 && change({ perMinute: next })}
            />
          )}
        </div>
      </Card>
    </Section>
  );
}
