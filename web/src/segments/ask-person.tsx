import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import type { Rule } from '#contract/rule.ts';
import type { Reply } from '../api.ts';
import { To } from '../parts/address.tsx';
import { callPerson } from '../parts/person-name.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { useTrial } from '../query.ts';
import { ExplainedParts } from '../rules/explained-parts.tsx';
import css from './ask-person.module.css';
import { PersonSearch } from './person-search.tsx';

type Person = Reply<'listPeople'>['items'][number];

/** Whether a rule holds for somebody now, part by part, and when that changes by itself. */
export function AskPerson({ rule, name }: { rule: Rule | null; name: string }) {
  const [person, setPerson] = useState<Person | null>(null);
  const [asked] = useDebouncedValue(rule, 300);
  const answer = useTrial('explainRuleFor', person && asked ? { body: { rule: asked, person: person.id } } : null, { staleTime: 0 });
  return (
    <div className={css.ask}>
      <PersonSearch label={`Ask whether somebody is in ${name}`} onPick={setPerson} />
      {person && rule === null && <p className="faint">Finish the rule first.</p>}
      {answer.error && <ProblemView problem={answer.error} again={() => void answer.refetch()} />}
      {person && rule !== null && !answer.error && !answer.data && <Bones lines={3} />}
      {person && answer.data && (
        <div className={css.answer} role="status" data-old={answer.isPlaceholderData || undefined}>
          <p>
            <To to={`people/${person.id}`} className="text-link">
              {callPerson(person)}
            </To>{' '}
            <b>{answer.data.held ? 'is in' : 'is not in'}</b>
            {answer.data.changesAt && (
              <span className="faint">
                {' '}
                · time alone may change that <Time at={answer.data.changesAt} as="until" />
              </span>
            )}
          </p>
          <ExplainedParts parts={answer.data.parts} />
        </div>
      )}
    </div>
  );
}
