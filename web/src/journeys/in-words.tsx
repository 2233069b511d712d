import type { Journey } from '#contract/journey.ts';
import { To } from '../parts/address.tsx';
import { plural } from '../parts/number.ts';
import { upper } from '../parts/upper.ts';
import { waysOf } from './edit/ways.ts';
import type { Names } from './named.ts';
import { sayCard } from './read-journey.ts';
import css from './in-words.module.css';
import { stepLooks } from './step-kinds.tsx';

interface InWordsProps {
  journeyKey: string;
  journey: Journey;
  names: Names;
  steps: ReadonlyMap<string, { here: number; passed: number }> | null;
  chosen: string | undefined;
  onChoose: (key: string) => void;
}
/** The journey as a numbered list: the same steps, for a small screen, a screen reader, or reading aloud. */
export function InWords({ journeyKey, journey, names, steps, chosen, onChoose }: InWordsProps) {
  const numberOf = new Map(journey.steps.map((step, index) => [step.key, index + 1]));
  return (
    <div className={css.scroll}>
      <ol className={css.list}>
        {journey.steps.map((step, index) => {
          const { icon: Icon, name } = stepLooks[step.kind] ?? stepLooks.exit;
          const count = steps?.get(step.key);
          const leads = waysOf(step).filter((lead) => lead.label !== null || lead.next !== journey.steps[index + 1]?.key);
          return (
            <li key={step.key} className={css.row}>
              <button type="button" className={css.step} aria-pressed={step.key === chosen} onClick={() => onChoose(step.key)}>
                <span className={css.number}>{index + 1}</span>
                <Icon size={16} stroke={1.7} aria-label={name} />
                <span className={css.words}>
                  <span>{sayCard(step, names)}</span>
                  {leads.map((lead) => (
                    <span key={`${lead.label}${lead.next}`} className="quiet">
                      {lead.label ? `${upper(lead.label)}: ` : 'Then '}
                      {lead.next === null ? 'the run ends' : `go on at ${numberOf.get(lead.next) ?? lead.next}`}
                    </span>
                  ))}
                </span>
              </button>
              {count && count.here > 0 && (
                <To to="people" search={{ journey: journeyKey, step: step.key }} className={`text-link ${css.count}`}>
                  {plural(count.here, 'person', 'people')} here
                </To>
              )}
            </li>
          );
        })}
      </ol>
    </div>
  );
}
