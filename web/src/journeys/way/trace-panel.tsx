import { Select } from '@mantine/core';
import type { Journey } from '#contract/journey.ts';
import type { ProblemError, Reply } from '../../api.ts';
import { To, useAddress } from '../../parts/address.tsx';
import { callPerson } from '../../parts/person-name.tsx';
import { ProblemView } from '../../parts/problem.tsx';
import { format } from '../../parts/say-time.ts';
import { Bones } from '../../parts/skeleton.tsx';
import { useWorkspace } from '../../session/workspace.tsx';
import type { Names } from '../named.ts';
import { PathList } from './path-list.tsx';
import css from './way.module.css';

interface TracePanelProps {
  trace: Reply<'traceRun'> | undefined;
  problem: ProblemError | null;
  journey: Journey | null;
  names: Names;
  chosen: string | undefined;
  onChoose: (step: string) => void;
}

/** The way that somebody has gone through a journey, and where they stand. */
export function TracePanel({ trace, problem, journey, names, chosen, onChoose }: TracePanelProps) {
  const [, setAddress] = useAddress();
  const { language } = useWorkspace();
  if (problem) return <ProblemView problem={problem} />;
  if (!trace) return <Bones lines={8} />;
  const { person, zone } = trace;
  return (
    <div className={css.answer}>
      <p>
        <To to={`people/${person.id}`} className="text-link">
          {callPerson(person)}
        </To>{' '}
        <span className="faint">
          went by version {trace.version}. Times are theirs: {zone}.
        </span>
      </p>
      {trace.runs.length > 1 && (
        <Select
          label="Which time"
          data={trace.runs.map(({ run, enteredAt }) => ({
            value: run,
            label: `Entered ${format(language, zone, { dateStyle: 'medium', timeStyle: 'short' }).format(Date.parse(enteredAt))}`,
          }))}
          value={trace.run}
          allowDeselect={false}
          onChange={(run) => setAddress({ run: run ?? undefined, step: undefined })}
        />
      )}
      <PathList
        moments={trace.moments}
        end={trace.end}
        zone={zone}
        steps={new Map(journey?.steps.map((step) => [step.key, step]))}
        names={names}
        real
        chosen={chosen}
        onChoose={onChoose}
      />
    </div>
  );
}
