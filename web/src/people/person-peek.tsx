import { Button } from '@mantine/core';
import { To } from '../parts/address.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useRoute } from '../query.ts';
import { PersonContext } from './person-context.tsx';
import { Timeline } from './timeline.tsx';

/** A person in the side panel: who and where now, and the latest of what happened. */
export function PersonPeek({ id }: { id: string }) {
  const person = useRoute('getPerson', { params: { id } });
  if (person.error) return <ProblemView problem={person.error} again={() => void person.refetch()} />;
  if (!person.data) return <Bones lines={8} />;
  return (
    <>
      <PersonContext person={person.data} short />
      <Timeline id={id} kinds={undefined} short />
      <Button component={To} to={`people/${id}`} variant="default">
        Open the profile
      </Button>
    </>
  );
}
