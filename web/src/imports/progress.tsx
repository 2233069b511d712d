import { Button, Progress as Bar } from '@mantine/core';
import { useState } from 'react';
import type { ImportSettings } from '#contract/import.ts';
import type { ImportDetail } from '#contract/routes/imports.ts';
import { To } from '../parts/address.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { Card, Fact, Facts, Section } from '../parts/page.tsx';
import { format } from '../parts/say-time.ts';
import { Time } from '../parts/time.tsx';
import { useChange } from '../query.ts';
import { useWorkspace } from '../session/workspace.tsx';
import css from './import.module.css';

const basisWords = {
  none: 'No reason is known: no marketing',
  consent: 'They agreed to marketing',
  contract: 'There is a contract with them',
  'legitimate-interest': 'A legitimate interest was weighed',
} as const;

/** What each column became, the one with the day of the consent too. */
function columnsOf(columns: ImportDetail['columns'], { mapping, basis }: ImportSettings): string[] {
  const dated = basis.basis === 'consent' && 'column' in basis.given ? basis.given.column : null;
  return columns.flatMap(({ name }, index) => {
    const becomes = [mapping[index], index === dated ? 'day of the consent' : null].filter(Boolean);
    return becomes.length === 0 ? [] : [`${name} → ${becomes.join(' and ')}`];
  });
}

/** An import under way or done: how far it is, what was refused and why. */
export function Progress({ file }: { file: ImportDetail }) {
  const { slug, language } = useWorkspace();
  const cancel = useChange('cancelImport', ['getImport', 'listImports', 'listAudit']);
  const [asked, setAsked] = useState(false);
  const done = file.taken + file.refused;
  const percent = file.rows === 0 ? 100 : Math.floor((done / file.rows) * 100);
  const neverRun = file.startedAt === null;
  return (
    <>
      <Section>
        <Card>
          <div className={css.progress}>
            <p role="status">
              {neverRun
                ? 'The file was thrown away before it was run. Nothing happened to anybody.'
                : file.status === 'running'
                  ? `${sayNumber(done)} of ${plural(file.rows, 'row')} done.`
                  : `${plural(file.taken, 'row')} became facts about people${file.refused > 0 ? `, ${sayNumber(file.refused)} ${file.refused === 1 ? 'was' : 'were'} refused` : ''}${
                      file.status === 'cancelled' ? `, and ${sayNumber(file.rows - done)} were thrown away when it was stopped` : ''
                    }.`}
            </p>
            {!neverRun && (
              <Bar
                value={file.status === 'running' ? Math.max(2, percent) : percent}
                size={6}
                aria-label={`${percent} percent of the rows are done`}
              />
            )}
            <div className={css.buttons}>
              {file.status === 'running' ? (
                <Button variant="default" onClick={() => setAsked(true)}>
                  Stop it
                </Button>
              ) : (
                !neverRun && (
                  <Button component={To} to="people">
                    See the people
                  </Button>
                )
              )}
            </div>
          </div>
        </Card>
      </Section>
      {file.settings && (
        <Section title="As it was run">
          <Facts>
            <Fact name="Came in by">
              <To to={`definitions/entry-point/${file.settings.entryPoint}`} className="text-link">
                {file.entryPoints.find((each) => each.key === file.settings!.entryPoint)?.name ?? file.settings.entryPoint}
              </To>
            </Fact>
            <Fact name="Reason">
              {basisWords[file.settings.basis.basis]}
              {'note' in file.settings.basis && `: ${file.settings.basis.note}`}
            </Fact>
            {file.settings.basis.basis === 'consent' && (
              <>
                <Fact name="Their words">{file.settings.basis.wording}</Fact>
                <Fact name="Proof">{file.settings.basis.proof}</Fact>
                <Fact name="They agreed">
                  {'on' in file.settings.basis.given
                    ? format(language, 'UTC', { day: 'numeric', month: 'short', year: 'numeric' }).format(
                        Date.parse(file.settings.basis.given.on),
                      )
                    : `on the day that stands in ${file.columns[file.settings.basis.given.column]?.name}`}
                </Fact>
              </>
            )}
            <Fact name="Columns">{columnsOf(file.columns, file.settings).join(', ')}</Fact>
            <Fact name="Started">
              <Time at={file.startedAt} as="exact" />
            </Fact>
            {file.finishedAt !== null && (
              <Fact name="Ended">
                <Time at={file.finishedAt} as="exact" />
              </Fact>
            )}
          </Facts>
        </Section>
      )}
      {file.refused > 0 && (
        <Section
          title={`Refused (${sayNumber(file.refused)})`}
          hint="Mend them in the file, and bring it again. They can be fetched for 30 days."
          action={
            <Button component="a" size="xs" variant="default" href={`/api/imports/${file.id}/refused?workspace=${slug}`} download>
              Download as CSV
            </Button>
          }
        >
          <Card flush>
            <ul className={css.refused}>
              {file.refusedRows.map((each) => (
                <li key={each.row}>
                  <span className="faint">Row {sayNumber(each.row)}</span>
                  <span>{each.reason}</span>
                </li>
              ))}
            </ul>
          </Card>
          {file.refused > file.refusedRows.length && file.refusedRows.length > 0 && (
            <p className="faint">The first {file.refusedRows.length}; the file has them all.</p>
          )}
        </Section>
      )}
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        danger
        title="Stop the import"
        action="Stop it"
        onConfirm={() => cancel.mutateAsync({ params: { id: file.id } })}
      >
        What was taken stays. The rows that are left are thrown away, and cannot be taken up again without the file.
      </Confirm>
    </>
  );
}
