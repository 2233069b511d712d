import { Button } from '@mantine/core';
import { To } from '../parts/address.tsx';
import { Card, Section } from '../parts/page.tsx';
import { PersonName } from '../parts/person-name.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useList } from '../query.ts';
import css from './broadcasts.module.css';

const titles = { waiting: 'Whose turn comes', joined: 'Who became one with somebody else of the audience' };

/** People of a broadcast who have no message: their turn comes, or they are somebody else now. */
export function PeopleWithout({ id, outcome, onClose }: { id: string; outcome: keyof typeof titles; onClose: () => void }) {
  const list = useList('listBroadcastPeople', { params: { id }, query: { outcome, limit: 50 } });
  return (
    <Section
      title={titles[outcome]}
      action={
        <Button size="xs" variant="default" onClick={onClose}>
          Close
        </Button>
      }
    >
      {list.problem && <ProblemView problem={list.problem} again={list.again} />}
      {!list.loaded && !list.problem ? (
        <Bones lines={4} />
      ) : list.rows.length === 0 ? (
        <p className="faint">Nobody any more.</p>
      ) : (
        <Card flush>
          <ul className={css.people}>
            {list.rows.map((row) => (
              <li key={row.person.id}>
                <To to={`people/${row.person.id}`}>
                  <PersonName person={row.person} />
                </To>
                <span className="quiet">{row.sentence}</span>
              </li>
            ))}
          </ul>
        </Card>
      )}
      {list.more && (
        <div>
          <Button size="xs" variant="default" onClick={list.loadMore} loading={list.loadingMore}>
            More
          </Button>
        </div>
      )}
    </Section>
  );
}
