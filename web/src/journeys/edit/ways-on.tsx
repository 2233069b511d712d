import { Select } from '@mantine/core';
import type { Journey } from '#contract/journey.ts';
import type { Step } from '#contract/steps/index.ts';
import { Section } from '../../parts/page.tsx';
import { upper } from '../../parts/upper.ts';
import type { Names } from '../named.ts';
import { sayCard } from '../read-journey.ts';
import { useAround } from '../steps/context.ts';
import { type Spot, waysOf } from './ways.ts';

const end = ' end';

/** Where each way of a step leads. */
export function WaysOn({
  journey,
  step,
  names,
  onLead,
}: {
  journey: Journey;
  step: Step;
  names: Names;
  onLead: (spot: Spot, next: string | null) => void;
}) {
  const { wrongAt } = useAround();
  const ways = waysOf(step);
  if (ways.length === 0) return null;
  const steps = journey.steps
    .filter((each) => each.kind !== 'entry')
    .map((each) => ({ value: each.key, label: `${sayCard(each, names)} (${each.key})` }));
  return (
    <Section title={ways.length > 1 ? 'Ways on' : 'Then'}>
      {ways.map(({ label, at, next }) => {
        const known = next === null || steps.some((each) => each.value === next);
        return (
          <Select
            key={at.join('.')}
            label={label === null ? (ways.length > 1 ? 'Usually' : '') : upper(label)}
            aria-label={label === null ? 'Then' : upper(label)}
            data={[
              { value: end, label: 'The run ends' },
              ...steps,
              ...(known ? [] : [{ value: next!, label: `${next}, which does not exist` }]),
            ]}
            value={next ?? end}
            searchable
            allowDeselect={false}
            nothingFoundMessage="No such step"
            error={wrongAt(at.join('.'))}
            data-field={at.join('.')}
            onChange={(chosen) => chosen !== null && onLead({ from: step.key, at }, chosen === end ? null : chosen)}
          />
        );
      })}
    </Section>
  );
}
