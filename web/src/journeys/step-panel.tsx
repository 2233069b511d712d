import { Button } from '@mantine/core';
import { sayDuration } from '#contract/instant.ts';
import type { Journey } from '#contract/journey.ts';
import type { Step } from '#contract/steps/index.ts';
import { sayTrigger } from '#engine/journey/trigger.ts';
import { sayRule } from '#engine/rule/say.ts';
import { sayMatch } from '#engine/rule/words.ts';
import type { Reply } from '../api.ts';
import { To } from '../parts/address.tsx';
import { useNameOf } from '../parts/names.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { Fact, Facts, Section } from '../parts/page.tsx';
import { StageBadge } from '../parts/stage-badge.tsx';
import { ExperimentAtStep } from '../experiments/experiment-result.tsx';
import { BranchSignals } from './branch-signals.tsx';
import css from './journey-page.module.css';
import { waysOf } from './edit/ways.ts';
import { type Names, namedRule, namedTrigger } from './named.ts';
import { sayCard } from './read-journey.ts';
import { TemplatePreview } from './template-preview.tsx';

interface StepPanelProps {
  journeyKey: string;
  journey: Journey;
  step: Step;
  names: Names;
  counts: Reply<'getJourneyCounts'> | undefined;
  wrong: string | undefined;
  onChoose: (key: string) => void;
}
/** One step: what it does in full, who is here, where it leads. */
export function StepPanel({ journeyKey, journey, step, names, counts, wrong, onChoose }: StepPanelProps) {
  const nameOf = useNameOf();
  const count = counts?.steps.find((row) => row.step === step.key);
  const steps = new Map(journey.steps.map((one) => [one.key, one]));
  const leads = waysOf(step);
  const rules = step.kind === 'branch' ? new Map(step.paths.map((path) => [path.label, sayRule(namedRule(path.when, names))])) : null;
  const taken = (next: string | null): number | null =>
    counts?.edges.find((edge) => edge.from === step.key && edge.to === next)?.count ?? null;
  return (
    <>
      <div className={css.head}>
        <p className={css.sentence}>{sayCard(step, names)}</p>
        {step.note && <p className="quiet">{step.note}</p>}
      </div>
      {wrong && <p className={css.wrong}>{wrong}</p>}
      {count && (
        <Facts>
          <Fact name="Here now">
            {count.here === 0 ? (
              <span className="faint">Nobody</span>
            ) : (
              <To to="people" search={{ journey: journeyKey, step: step.key }} className="text-link">
                {plural(count.here, 'person', 'people')}
              </To>
            )}
          </Fact>
          <Fact name="Passed">{sayNumber(count.passed)}</Fact>
        </Facts>
      )}
      {(step.kind === 'branch' || step.kind === 'split') && <BranchSignals journeyKey={journeyKey} journey={journey} step={step} />}
      {step.kind === 'experiment' && <ExperimentAtStep journeyKey={journeyKey} step={step.key} />}
      <Details step={step} names={names} nameOf={nameOf} />
      {leads.length > 0 && (
        <Section title={leads.length > 1 ? 'Ways on' : 'Then'}>
          <ul className={css.leads}>
            {leads.map((lead, index) => {
              const next = lead.next === null ? undefined : steps.get(lead.next);
              const number = leads.filter((other) => other.next === lead.next).length > 1 ? null : taken(lead.next);
              return (
                <li key={index}>
                  <button type="button" disabled={!next} onClick={() => next && onChoose(next.key)}>
                    <span>
                      {lead.label && <strong>{lead.label}: </strong>}
                      {next ? sayCard(next, names) : lead.next === null ? 'The run ends' : `Step ${lead.next}, which does not exist`}
                    </span>
                    {number !== null && <span className="quiet">{sayNumber(number)}</span>}
                    {lead.label && rules?.has(lead.label) && <small>{rules.get(lead.label)}</small>}
                  </button>
                </li>
              );
            })}
          </ul>
        </Section>
      )}
      {step.kind === 'send' && step.template !== null && <TemplatePreview template={step.template} topic={step.topic} />}
      <div className={css.links}>
        {count && count.here > 0 && (
          <Button component={To} to="people" search={{ journey: journeyKey, step: step.key }} size="xs" variant="default">
            People at this step
          </Button>
        )}
        {step.kind === 'send' && (
          <Button component={To} to="messages" search={{ journey: journeyKey, step: step.key }} size="xs" variant="default">
            Messages of this step
          </Button>
        )}
        <Button component={To} to="people" search={{ journey: journeyKey }} size="xs" variant="default">
          People in this journey
        </Button>
      </div>
    </>
  );
}

function Details({ step, names, nameOf }: { step: Step; names: Names; nameOf: ReturnType<typeof useNameOf> }) {
  switch (step.kind) {
    case 'entry':
      return (
        <Facts>
          <Fact name="Starts">{sayTrigger(namedTrigger(step.on, names))}</Fact>
          <Fact name="When">{step.when ? sayRule(namedRule(step.when, names)) : <span className="faint">Always</span>}</Fact>
        </Facts>
      );
    case 'wait':
      return step.until ? (
        <Facts>
          <Fact name="Until">{sayMatch(step.until)}</Fact>
          <Fact name="At most">{step.timeout ? sayDuration(step.timeout) : <span className="faint">Not set</span>}</Fact>
        </Facts>
      ) : (
        <Facts>
          <Fact name="For">{step.for ? sayDuration(step.for) : <span className="faint">Not set</span>}</Fact>
        </Facts>
      );
    case 'send':
      return (
        <Facts>
          <Fact name="Template">
            {step.template === null ? (
              <span className="faint">Still to be written</span>
            ) : (
              <To to={`definitions/template/${step.template}`} className="text-link">
                {nameOf('template', step.template)}
              </To>
            )}
          </Fact>
          <Fact name="Topic">
            <To to={`definitions/topic/${step.topic}`} className="text-link">
              {nameOf('topic', step.topic)}
            </To>
          </Fact>
          <Fact name="Not later than">{sayDuration(step.expires ?? 'P3D')} after it was due</Fact>
        </Facts>
      );
    case 'set-trait':
      return (
        <Facts>
          <Fact name="Trait">
            <code>{step.path}</code>
          </Fact>
          <Fact name="Becomes">
            {step.value === null ? <span className="faint">Removed</span> : <code>{JSON.stringify(step.value)}</code>}
          </Fact>
        </Facts>
      );
    case 'move-stage':
      return (
        <Facts>
          <Fact name="To">
            <StageBadge stage={step.to} />
          </Fact>
        </Facts>
      );
    case 'make-task':
      return (
        <Facts>
          <Fact name="Task">{step.title}</Fact>
          <Fact name="For">{step.owner ?? 'The owner of the person'}</Fact>
          <Fact name="Due in">{sayDuration(step.dueIn ?? 'P1D')}</Fact>
        </Facts>
      );
    case 'exit':
      return (
        <Facts>
          <Fact name="Reason">{step.reason}</Fact>
        </Facts>
      );
    default:
      return null;
  }
}
