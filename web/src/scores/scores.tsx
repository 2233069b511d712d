import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconPlus } from '@tabler/icons-react';
import type { Reply } from '../api.ts';
import { DefinitionStatus } from '../definitions/definitions.tsx';
import { To, useAddress } from '../parts/address.tsx';
import { BackfillBar } from '../parts/backfill-bar.tsx';
import { Empty } from '../parts/empty.tsx';
import { Histogram } from '../parts/histogram.tsx';
import { sayNumber, sayPercent } from '../parts/number.ts';
import { Page, Section } from '../parts/page.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Chip } from '../parts/tone.tsx';
import { useRoute } from '../query.ts';
import { GradeCard } from './grade-card.tsx';
import { GradeForm } from './grade-form.tsx';
import { NewScore } from './new-score.tsx';
import { aboutWords, sayValue } from './say-score.ts';
import css from './scores.module.css';
import { Warnings } from './warnings.tsx';

type ScoreRow = Reply<'listScores'>['items'][number];

/** Asked again so often: what people do moves every score. */
const everyMs = 30_000;

/** Every score with how people are spread over it, and the grids that two of them make. */
export function Scores() {
  const [address, setAddress] = useAddress();
  const scores = useRoute('listScores', undefined, { refetchInterval: everyMs });
  const definitions = useRoute('listDefinitions', undefined);
  const all = definitions.data?.items ?? [];
  const drafts = all.filter((row) => row.kind === 'score' && row.version === null);
  const grades = all.filter((row) => row.kind === 'grade');
  const rows = scores.data?.items ?? [];
  const names = all.filter((row) => row.kind === 'score').map(({ key, name }) => ({ key, name: name || key }));
  const nothing = scores.data !== undefined && definitions.data !== undefined && rows.length + drafts.length + grades.length === 0;
  const start = (what: string): void => setAddress({ new: what });
  return (
    <Page
      title="Scores"
      purpose="How much somebody fits and how much they do, in points. Each point has its reason, what it is worth now, and its end."
      actions={
        <Menu position="bottom-end">
          <Menu.Target>
            <Button leftSection={<IconPlus size={16} />} rightSection={<IconChevronDown size={14} />}>
              New
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => start('score')}>New score</Menu.Item>
            <Menu.Item onClick={() => start('grade')} disabled={names.length < 2}>
              New grade
              {names.length < 2 && <span className={css.menuNote}>needs two scores</span>}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      }
    >
      <BackfillBar />
      {scores.error && <ProblemView problem={scores.error} again={() => void scores.refetch()} />}
      {scores.data === undefined && !scores.error && <Bones lines={8} />}
      {nothing && (
        <Empty title="No score yet" action={<Button onClick={() => start('score')}>New score</Button>}>
          A score counts points for what somebody is and for what they do: 15 for looking at the prices, half of it after two weeks. When
          one crosses a threshold, a journey can begin. You see what everybody would have before anything is published.
        </Empty>
      )}
      {rows.length + drafts.length > 0 && (
        <div className={css.cards}>
          {rows.map((row) => (
            <ScoreCard key={row.key} row={row} />
          ))}
          {drafts.map((row) => (
            <article key={row.key} className={css.card} data-draft>
              <div className={css.words}>
                <h2>
                  <To to={`scores/${row.key}`} search={{ tab: 'edit' }} className={css.name}>
                    {row.name || row.key}
                  </To>
                  <DefinitionStatus row={row} />
                </h2>
                <p className="quiet">Counts for nobody before it is published. Open it to see what everybody would have.</p>
              </div>
            </article>
          ))}
        </div>
      )}
      {grades.length > 0 && (
        <Section
          id="grades"
          title="Grades"
          hint="A letter for who somebody is, a digit for what they do. The number in a field is how many people stand there now."
        >
          <div className={css.grades}>
            {grades.map((row) => (
              <GradeCard key={row.key} row={row} names={names} onEdit={() => setAddress({ grade: row.key })} />
            ))}
          </div>
        </Section>
      )}
      {address.new === 'score' && <NewScore taken={new Set(names.map((one) => one.key))} onClose={() => setAddress({ new: undefined })} />}
      {address.new === 'grade' && definitions.data && (
        <GradeForm scores={names} taken={new Set(grades.map((one) => one.key))} onClose={() => setAddress({ new: undefined })} />
      )}
      {address.grade !== undefined && definitions.data && (
        <GradeForm of={address.grade} scores={names} taken={new Set()} onClose={() => setAddress({ grade: undefined })} />
      )}
    </Page>
  );
}

function ScoreCard({ row }: { row: ScoreRow }) {
  const people = row.distribution.reduce((sum, bin) => sum + bin.people, 0);
  return (
    <article className={css.card}>
      <div className={css.words}>
        <h2>
          <To to={`scores/${row.key}`} className={css.name}>
            {row.name}
          </To>
          <span className={css.version}>v{row.version}</span>
          {row.hasDraft && (
            <Chip tone="warn" tip={`Version ${row.version} is live; the draft differs`}>
              Draft waits
            </Chip>
          )}
        </h2>
        <p className="quiet">{row.meaning || aboutWords[row.about]}</p>
        <p className="faint">
          {row.about === 'fit' ? 'Fit' : 'Engagement'}, {sayValue(row.min)} to {sayValue(row.max)}
        </p>
      </div>
      <Histogram small title={row.name} bins={row.distribution} marks={row.thresholds} median={row.median} height={56} />
      <ul className={css.thresholds}>
        {row.thresholds.length === 0 && <li className="faint">No threshold: crossing one would be a fact that journeys listen for.</li>}
        {row.thresholds
          .toSorted((a, b) => b.at - a.at)
          .map((mark) => (
            <li key={mark.key}>
              <span className="clip">{mark.name}</span>
              <span className="faint">{sayValue(mark.at)}</span>
              <span
                className={css.count}
                data-tip={`${sayNumber(mark.people)} of ${sayNumber(people)} people have ${sayValue(mark.at)} or more`}
              >
                {sayNumber(mark.people)} <span className="faint">{sayPercent(mark.people, people)}</span>
              </span>
            </li>
          ))}
      </ul>
      {row.warnings.length > 0 && <Warnings of={row.warnings} />}
    </article>
  );
}
