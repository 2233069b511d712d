import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Reply } from '../api.ts';
import { useAddress } from '../parts/address.tsx';
import { CodeBlock } from '../parts/code-block.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Empty } from '../parts/empty.tsx';
import { said } from '../parts/notify.ts';
import { ProblemView } from '../parts/problem.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { Bones } from '../parts/skeleton.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useChange, useRoute } from '../query.ts';
import { toText } from './definition-text.ts';
import css from './definition-page.module.css';
import { DiffView } from './diff-view.tsx';

type Detail = Reply<'getDefinition'>;
type Row = Reply<'listVersions'>['items'][number];
const views = ['before', 'live', 'draft', 'whole'] as const;
type View = (typeof views)[number];
const names: Record<View, string> = { before: 'Since the one before', live: 'Against live', draft: 'Against draft', whole: 'Whole text' };

/** Versions, newest first; each compared with another, and published again when it was better. */
export function Versions({ definition, versions }: { definition: Detail; versions: ReturnType<typeof useRoute<'listVersions'>> }) {
  const [address, setAddress] = useAddress();
  if (versions.error) return <ProblemView problem={versions.error} again={() => void versions.refetch()} page />;
  if (!versions.data)
    return (
      <div className={css.scroll}>
        <Bones lines={6} />
      </div>
    );
  const rows = versions.data.items;
  const chosen = rows.find((row) => String(row.version) === address.v) ?? rows[0];
  if (!chosen)
    return <Empty title="Never published">Publish the draft; each version is kept here, and can be compared and published again.</Empty>;
  return (
    <div className={css.versions}>
      <ul className={css.versionList} aria-label="Versions">
        {rows.map((row) => (
          <li key={row.version}>
            <button type="button" aria-pressed={row === chosen} onClick={() => setAddress({ v: String(row.version) })}>
              <span className={css.versionHead}>
                <strong>Version {row.version}</strong>
                {row.live && <Chip tone="good">Live</Chip>}
                <span className={css.end}>
                  <Time at={row.publishedAt} />
                </span>
              </span>
              <span className="quiet">{row.note || <span className="faint">No note</span>}</span>
              <span className="faint">{row.publishedBy}</span>
            </button>
          </li>
        ))}
      </ul>
      <Shown key={chosen.version} definition={definition} rows={rows} row={chosen} />
    </div>
  );
}

function Shown({ definition, rows, row }: { definition: Detail; rows: Row[]; row: Row }) {
  const { kind, key } = definition;
  const [address, setAddress] = useAddress();
  const [ask, setAsk] = useState(false);
  const previous = rows.find((one) => one.version < row.version);
  const body = useRoute('getVersion', { params: { kind, key, version: row.version } });
  const before = useRoute('getVersion', { params: { kind, key, version: previous?.version ?? 0 } }, { enabled: previous !== undefined });
  const rollback = useChange('rollbackDefinition', ['getDefinition', 'listDefinitions', 'listVersions', 'listJourneys', 'lifecycleBoard']);
  const fitting = views.filter((view) =>
    view === 'before' ? previous !== undefined : view === 'live' ? !row.live : view === 'draft' ? definition.hasDraft : true,
  );
  const view = fitting.find((one) => one === address.against) ?? fitting[0]!;
  const problem = body.error ?? before.error;
  const text = toText(kind, body.data?.body);
  return (
    <div className={css.scroll}>
      {fitting.length > 1 && (
        <div className={css.tools}>
          <Segmented
            label="Compare"
            value={view}
            choices={fitting.map((value) => ({ value, label: names[value] }))}
            onChange={(next) => setAddress({ against: next })}
          />
          <span className={css.space} />
          {!row.live && (
            <Button size="xs" variant="default" onClick={() => setAsk(true)}>
              Roll back to it
            </Button>
          )}
        </div>
      )}
      {problem ? (
        <ProblemView problem={problem} />
      ) : !body.data || (view === 'before' && !before.data) ? (
        <Bones lines={8} />
      ) : view === 'whole' ? (
        <CodeBlock text={text} what={`Version ${row.version}`} />
      ) : view === 'before' ? (
        <DiffView before={toText(kind, before.data?.body)} after={text} label={`Version ${previous?.version} to version ${row.version}`} />
      ) : view === 'live' ? (
        <DiffView
          before={text}
          after={toText(kind, definition.published)}
          label={`Version ${row.version} to live version ${definition.version}`}
        />
      ) : (
        <DiffView before={text} after={toText(kind, definition.draft)} label={`Version ${row.version} to the draft`} />
      )}
      <Confirm
        open={ask}
        onClose={() => setAsk(false)}
        title={`Roll back to version ${row.version}`}
        action="Roll back"
        reason="Why"
        onConfirm={async (note) => {
          const { version } = await rollback.mutateAsync({ params: { kind, key }, body: { version: row.version, note } });
          said(`Version ${version} is live, with the text of version ${row.version}.`);
        }}
      >
        Its text is published again as version {(definition.version ?? 0) + 1}. Nothing is lost: version {definition.version} stays in the
        list.
      </Confirm>
    </div>
  );
}
