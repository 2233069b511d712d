import { Button, Popover } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type CSSProperties, useState } from 'react';
import type { Grade } from '#contract/definition-bodies.ts';
import { callUntil, type ProblemError, type Reply } from '../api.ts';
import { DefinitionStatus } from '../definitions/definitions.tsx';
import { Publish } from '../definitions/publish.tsx';
import { To } from '../parts/address.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { PersonName } from '../parts/person-name.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { keyOf, useRoute } from '../query.ts';
import css from './grade-card.module.css';
import { sayValue } from './say-score.ts';

const letters = ['A', 'B', 'C', 'D'] as const;
const digits = ['1', '2', '3', '4'] as const;

/** [ms] When counting one field takes longer, the others are counted only when they are opened. */
const patience = 1_500;
const peopleShown = 8;

/** How many stand in each field, one field after the other; fewer when it takes long. */
const useFieldCounts = (key: string, revision: number, enabled: boolean) =>
  useQuery<Record<string, number>, ProblemError>({
    queryKey: [...keyOf('previewRule', { grade: key }), revision],
    enabled,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const counts: Record<string, number> = {};
      for (const letter of letters)
        for (const digit of digits) {
          const field = letter + digit;
          const { count, took } = await callUntil(signal, 'previewRule', { body: { rule: { grade: { key, in: [field] } }, sample: 0 } });
          if (count !== null) counts[field] = count;
          if (took > patience) return counts;
        }
      return counts;
    },
  });

/** "from 60", "30 to 60", "under 30": what a letter or a digit stands for. */
const sayStep = (steps: readonly number[], index: number): string =>
  index === 0
    ? `from ${sayValue(steps[0]!)}`
    : index === steps.length
      ? `under ${sayValue(steps[index - 1]!)}`
      : `${sayValue(steps[index]!)} to ${sayValue(steps[index - 1]!)}`;

/** A grid of two scores, with who stands in each field. */
export function GradeCard({
  row,
  names,
  onEdit,
}: {
  row: Reply<'listDefinitions'>['items'][number];
  names: readonly { key: string; name: string }[];
  onEdit: () => void;
}) {
  const definition = useRoute('getDefinition', { params: { kind: 'grade', key: row.key } });
  const [publishing, setPublishing] = useState(false);
  const live = row.version !== null;
  const counts = useFieldCounts(row.key, row.version ?? 0, live);
  const body = (definition.data?.published ?? definition.data?.draft) as Grade | undefined;
  const nameOf = (key: string): string => names.find((one) => one.key === key)?.name ?? key;
  const most = Math.max(1, ...Object.values(counts.data ?? {}));
  const changed = row.hasDraft || !live;
  return (
    <article className={css.card}>
      <header className={css.head}>
        <h3>
          {row.name || row.key} <DefinitionStatus row={row} />
        </h3>
        <span className={css.buttons}>
          <Button size="xs" variant="subtle" color="gray" onClick={onEdit}>
            Edit
          </Button>
          {changed && definition.data && (
            <Button size="xs" variant="default" onClick={() => setPublishing(true)}>
              Publish
            </Button>
          )}
        </span>
      </header>
      {body?.meaning && <p className="quiet">{body.meaning}</p>}
      {definition.error && <ProblemView problem={definition.error} />}
      {body ? (
        <table className={css.grid}>
          <caption className="visually-hidden">
            {row.name}: letters by {nameOf(body.fit)}, digits by {nameOf(body.engagement)}
          </caption>
          <thead>
            <tr>
              <td>
                <span className={css.axes} aria-hidden="true">
                  <span>{nameOf(body.engagement)} →</span>
                  <span>{nameOf(body.fit)} ↓</span>
                </span>
              </td>
              {digits.map((digit, index) => (
                <th key={digit} scope="col" data-tip={`${nameOf(body.engagement)} ${sayStep(body.digits, index)}`}>
                  {digit} <span className={css.step}>{sayStep(body.digits, index)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {letters.map((letter, at) => (
              <tr key={letter}>
                <th scope="row" data-tip={`${nameOf(body.fit)} ${sayStep(body.letters, at)}`}>
                  {letter} <span className={css.step}>{sayStep(body.letters, at)}</span>
                </th>
                {digits.map((digit) => (
                  <td key={digit}>
                    {live ? (
                      <Field
                        grade={row}
                        field={letter + digit}
                        count={counts.data?.[letter + digit]}
                        counting={counts.isFetching}
                        most={most}
                      />
                    ) : (
                      <span className={css.field} data-off>
                        {letter}
                        {digit}
                      </span>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        !definition.error && <Bones lines={5} />
      )}
      {definition.data && <Publish open={publishing} definition={definition.data} onClose={() => setPublishing(false)} />}
    </article>
  );
}

/** A field of the grid: how many, and who some of them are. */
function Field({
  grade,
  field,
  count,
  counting,
  most,
}: {
  grade: { key: string; name: string };
  field: string;
  count: number | undefined;
  counting: boolean;
  most: number;
}) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} width={300} position="bottom" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <button
          type="button"
          className={css.field}
          style={{ '--share': count === undefined ? 0 : count / most } as CSSProperties}
          data-some={(count ?? 0) > 0 || undefined}
          onClick={() => setOpen(!open)}
        >
          <span className={css.name}>{field}</span>{' '}
          <span className={css.count}>
            {count === undefined ? (counting ? '' : '?') : sayNumber(count)}
            <span className="visually-hidden">{count === 1 ? ' person' : ' people'}</span>
          </span>
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`${grade.name} ${field}`} tabIndex={-1} data-autofocus>
        {open && <Who grade={grade} field={field} />}
      </Popover.Dropdown>
    </Popover>
  );
}

function Who({ grade, field }: { grade: { key: string; name: string }; field: string }) {
  const asked = useQuery<Reply<'previewRule'>, ProblemError>({
    queryKey: keyOf('previewRule', { grade: grade.key, field }),
    queryFn: ({ signal }) =>
      callUntil(signal, 'previewRule', { body: { rule: { grade: { key: grade.key, in: [field] } }, sample: peopleShown } }),
    staleTime: 10_000,
  });
  if (asked.error) return <ProblemView problem={asked.error} again={() => void asked.refetch()} />;
  if (!asked.data) return <Bones lines={4} />;
  const { count, sample } = asked.data;
  return (
    <div className={css.who}>
      <strong>
        {field}: {plural(count ?? 0, 'person', 'people')}
      </strong>
      {sample.length === 0 && <p className="faint">Nobody stands here now.</p>}
      <ul>
        {sample.map((person) => (
          <li key={person.id}>
            <To to={`people/${person.id}`} className={css.person}>
              <PersonName person={person} />
            </To>
          </li>
        ))}
      </ul>
      {(count ?? 0) > sample.length && sample.length > 0 && (
        <p className="faint">And {plural((count ?? 0) - sample.length, 'other')}. A segment with this grade lists all of them.</p>
      )}
    </div>
  );
}
