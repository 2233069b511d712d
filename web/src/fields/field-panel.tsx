import { Button } from '@mantine/core';
import type { FieldRow } from '#contract/routes/fields.ts';
import { sayDuration } from '#contract/instant.ts';
import { To, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { Fact, Facts, Section } from '../parts/page.tsx';
import { callPerson } from '../parts/person-name.tsx';
import { ProblemView } from '../parts/problem.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { upper } from '../parts/upper.ts';
import { useChange, useList } from '../query.ts';
import css from './fields.module.css';
import { classTones, sayType, sourceNames } from './words.ts';

type Use = FieldRow['used'][number];

/** A field in the side panel: what it may hold, where it comes from, where it goes, and the values that it did not take. */
export function FieldPanel({ path, row }: { path: string; row: FieldRow | undefined }) {
  if (!row)
    return (
      <Empty small title="No such field">
        Nothing is known at {path}, and no field is defined for it.
      </Empty>
    );
  return (
    <>
      {row.meaning && <p className="quiet">{row.meaning}</p>}
      {row.notDefined && <p className={css.notice}>A definition asks for {row.path}, and no field says what stands there.</p>}
      {row.neverUsed && <p className={css.notice}>It is collected, and nothing uses it. What nobody uses need not be kept.</p>}
      {row.askedTwice.map((reason) => (
        <p key={reason} className={css.notice}>
          {reason}
        </p>
      ))}
      <Facts>
        <Fact name="Path">
          <code>{row.path}</code>
        </Fact>
        {row.key !== null && (
          <>
            <Fact name="Holds">{sayType(row)}</Fact>
            <Fact name="Class">{row.class && <Chip tone={classTones[row.class].tone}>{classTones[row.class].word}</Chip>}</Fact>
            <Fact name="Owner">{row.owner ?? <span className="faint">Nobody answers for it</span>}</Fact>
            <Fact name="May be written by">
              {row.writers ? row.writers.map((source) => sourceNames[source]).join(' before ') : 'Everyone; the latest counts'}
            </Fact>
            <Fact name="Kept">{row.retention ? `${sayDuration(row.retention)} after it was last written` : 'As long as the person'}</Fact>
          </>
        )}
        <Fact name="Known for">
          {row.people > 0 ? (
            <To to="people" search={{ trait: row.path }} className="text-link">
              {plural(row.people, 'person', 'people')}
            </To>
          ) : (
            'Nobody'
          )}
        </Fact>
        <Fact name="Last written">
          <Time at={row.lastWrittenAt} />
        </Fact>
      </Facts>
      <FieldAction row={row} />
      <Section title="Comes from">
        {row.collected.length + row.sources.length === 0 ? (
          <p className="quiet">Nothing collects it, and nobody has written it in the last 90 days.</p>
        ) : (
          <ul className={css.uses}>
            {row.collected.map((use) => (
              <UseLine key={use.kind + use.key + use.as} use={use} />
            ))}
            {row.sources
              .filter((each) => each.by === null)
              .map((each) => (
                <li key={each.source}>
                  <span>{sourceNames[each.source]}</span>
                  <span className="faint">
                    last <Time at={each.at} />
                  </span>
                </li>
              ))}
          </ul>
        )}
      </Section>
      <Section title="Used by">
        {row.used.length === 0 ? (
          <p className="quiet">{row.ownUse ? `The system itself: ${row.ownUse}.` : 'Nothing.'}</p>
        ) : (
          <ul className={css.uses}>
            {row.used.map((use) => (
              <UseLine key={use.kind + use.key + use.as} use={use} />
            ))}
          </ul>
        )}
      </Section>
      <NotTaken path={path} />
    </>
  );
}

function UseLine({ use }: { use: Use }) {
  return (
    <li>
      <To to={use.kind === 'journey' ? `journeys/${use.key}` : `definitions/${use.kind}/${use.key}`} className="text-link">
        {use.name}
      </To>
      <span className="faint">{use.as}</span>
    </li>
  );
}

/** Opens the definition; where there is none, starts its draft. */
function FieldAction({ row }: { row: FieldRow }) {
  const go = useGo();
  const put = useChange('putDefinition', ['listDefinitions']);
  if (row.key !== null)
    return (
      <Button component={To} to={`definitions/field/${row.key}`} variant="default">
        Edit the field
      </Button>
    );
  const key = row.path
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 63);
  const name = row.path.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[._]/g, ' ');
  return (
    <>
      <Button
        variant="default"
        disabled={key === '' || !/^[A-Za-z_][A-Za-z0-9_.]*$/.test(row.path)}
        loading={put.isPending}
        onClick={() =>
          void put
            .mutateAsync({
              params: { kind: 'field', key },
              body: {
                body: {
                  name: upper(name),
                  path: row.path,
                  type: 'text',
                  meaning: '',
                  owner: null,
                  class: 'personal',
                  retention: null,
                },
              },
            })
            .then(() => go(`definitions/field/${key}`))
            .catch(() => undefined)
        }
      >
        Define this field
      </Button>
      {put.error && <ProblemView problem={put.error} />}
    </>
  );
}

/** Values that the field did not take, newest first. */
function NotTaken({ path }: { path: string }) {
  const list = useList('refusedValues', { params: { path }, query: { limit: 20 } });
  return (
    <Section title="Not taken" hint="Kept aside for 90 days; the value that stood there before stayed.">
      {list.problem ? (
        <ProblemView problem={list.problem} again={list.again} />
      ) : !list.loaded ? (
        <Bones lines={3} />
      ) : list.rows.length === 0 ? (
        <p className="quiet">Every value fitted.</p>
      ) : (
        <>
          <ul className={css.refusals}>
            {list.rows.map((each) => (
              <li key={each.id}>
                <span className={css.line}>
                  <To to={`people/${each.person.id}`} className="text-link">
                    {callPerson(each.person)}
                  </To>
                  <Time at={each.at} />
                </span>
                <code className={css.value}>{each.value}</code>
                <span className="quiet">{each.reason}</span>
                <span className="faint">From {sourceNames[each.source].toLowerCase()}</span>
              </li>
            ))}
          </ul>
          {list.more && (
            <Button size="xs" variant="default" onClick={list.loadMore} loading={list.loadingMore}>
              Show more than {sayNumber(list.rows.length)}
            </Button>
          )}
        </>
      )}
    </Section>
  );
}
