import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import type { Rule } from '#contract/rule.ts';
import { keyOf } from '../definitions/key-of.ts';
import { To, useAddress, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { plural, sayNumber, sayPercent } from '../parts/number.ts';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { useChange, useRoute } from '../query.ts';
import { circles } from './circles.ts';
import css from './overlap.module.css';

/** How many belong to this segment and to another one too. */
export function Overlap({ of, name }: { of: string; name: string }) {
  const [address, setAddress] = useAddress();
  const segments = useRoute('listSegments', undefined);
  const others = (segments.data?.items ?? []).filter((row) => row.key !== of);
  const other = others.find((row) => row.key === address.with);
  const found = useRoute('segmentOverlap', { query: { a: of, b: other?.key ?? '' } }, { enabled: other !== undefined });
  if (segments.data && others.length === 0)
    return (
      <Empty small title="There is no other segment yet">
        Publish a second one, and see how many belong to both.
      </Empty>
    );
  return (
    <div className={css.overlap}>
      <Select
        label={`${name} and`}
        placeholder="Another segment"
        data={others.map((row) => ({ value: row.key, label: row.name }))}
        value={other?.key ?? null}
        onChange={(next) => setAddress({ with: next ?? undefined })}
        searchable
        maw={320}
      />
      {found.error && <ProblemView problem={found.error} again={() => void found.refetch()} />}
      {other && !found.data && !found.error && <Bones lines={4} />}
      {other && found.data && (
        <Both {...found.data} a={{ key: of, name, people: found.data.a }} b={{ key: other.key, name: other.name, people: found.data.b }} />
      )}
      {!other && <p className="faint">Choose another segment to see who belongs to both, and who to one alone.</p>}
    </div>
  );
}

interface Side {
  key: string;
  name: string;
  people: number;
}

function Both({ a, b, both, people }: { a: Side; b: Side; both: number; people: number }) {
  const { radii, centers, width, height } = circles(a.people, b.people, both);
  const sentence = `${plural(a.people, 'person', 'people')} in ${a.name}, ${sayNumber(b.people)} in ${b.name}, ${sayNumber(both)} in both.`;
  return (
    <div className={css.both}>
      {a.people + b.people > 0 && (
        <svg className={css.circles} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="xMinYMid" role="img" aria-label={sentence}>
          <circle cx={centers[0]} cy={height / 2} r={radii[0]} className={css.a} />
          <circle cx={centers[1]} cy={height / 2} r={radii[1]} className={css.b} />
        </svg>
      )}
      <ul className={css.rows}>
        <Row
          tone="a"
          words={`Only in ${a.name}`}
          count={a.people - both}
          of={a.people}
          share={a.name}
          rule={{ all: [{ segment: { key: a.key } }, { not: { segment: { key: b.key } } }] }}
          name={`${a.name} without ${b.name}`}
        />
        <Row
          tone="both"
          words="In both"
          count={both}
          of={people}
          share="everybody"
          rule={{ all: [{ segment: { key: a.key } }, { segment: { key: b.key } }] }}
          name={`${a.name} and ${b.name}`}
        />
        <Row
          tone="b"
          words={`Only in ${b.name}`}
          count={b.people - both}
          of={b.people}
          share={b.name}
          rule={{ all: [{ segment: { key: b.key } }, { not: { segment: { key: a.key } } }] }}
          name={`${b.name} without ${a.name}`}
        />
      </ul>
      <p className="faint">
        All of{' '}
        <To to="people" search={{ segment: a.key }} className="text-link">
          {a.name}
        </To>{' '}
        ({sayNumber(a.people)}), all of{' '}
        <To to="people" search={{ segment: b.key }} className="text-link">
          {b.name}
        </To>{' '}
        ({sayNumber(b.people)}).
      </p>
    </div>
  );
}

/** One of three numbers, and the way to a segment of just these people. */
function Row({
  tone,
  words,
  count,
  of,
  share,
  rule,
  name,
}: {
  tone: 'a' | 'b' | 'both';
  words: string;
  count: number;
  of: number;
  share: string;
  rule: Rule;
  name: string;
}) {
  const go = useGo();
  const put = useChange('putDefinition', ['listDefinitions']);
  const [busy, setBusy] = useState(false);
  const make = async (): Promise<void> => {
    setBusy(true);
    const key = keyOf(name);
    try {
      await put.mutateAsync({ params: { kind: 'segment', key }, body: { body: { name: name.slice(0, 200), meaning: '', rule } } });
      go(`segments/${key}`, { tab: 'edit' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <li>
      <i data-tone={tone} aria-hidden="true" />
      <span>{words}</span>
      <span className={css.count}>
        <b>{sayNumber(count)}</b> <span className="faint">{`${sayPercent(count, of)} of ${share}`}</span>
      </span>
      <Button
        size="xs"
        variant="subtle"
        color="gray"
        loading={busy}
        disabled={count === 0}
        onClick={() => void make().catch(() => undefined)}
        aria-label={`New segment: ${name}`}
      >
        New segment
      </Button>
    </li>
  );
}
