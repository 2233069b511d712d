import { To } from '../parts/address.tsx';
import { plural } from '../parts/number.ts';
import { Card, Section } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useList } from '../query.ts';
import css from './import.module.css';
import { stateWords } from './state-words.ts';

/** Files that were brought before, and what became of them. */
export function Earlier() {
  const list = useList('listImports', { query: { limit: 20 } });
  if (list.problem) return <ProblemView problem={list.problem} again={list.again} />;
  if (!list.loaded) return <Bones lines={4} />;
  if (list.rows.length === 0) return null;
  return (
    <Section title="Earlier files">
      <Card flush>
        <ul className={css.earlier}>
          {list.rows.map((row) => (
            <li key={row.id}>
              <To to="import" search={{ id: row.id }} className="text-link">
                {row.fileName}
              </To>
              <span className="quiet">
                {row.status === 'uploaded'
                  ? plural(row.rows, 'row')
                  : `${row.taken.toLocaleString('en')} of ${plural(row.rows, 'row')} taken${row.refused > 0 ? `, ${row.refused.toLocaleString('en')} refused` : ''}`}
              </span>
              <Chip tone={stateWords[row.status].tone}>{stateWords[row.status].word}</Chip>
              <span className="faint">
                {row.createdBy}, <Time at={row.createdAt} />
              </span>
            </li>
          ))}
        </ul>
      </Card>
    </Section>
  );
}
