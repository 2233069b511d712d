import type { ReactNode } from 'react';
import { problems } from '#contract/problems.ts';
import type { Reply } from '../api.ts';
import { To, useAddress } from '../parts/address.tsx';
import { CodeBlock } from '../parts/code-block.tsx';
import { Empty } from '../parts/empty.tsx';
import { JsonView } from '../parts/json-view.tsx';
import { type Column, List } from '../parts/list.tsx';
import { Fact, Facts, Section } from '../parts/page.tsx';
import { timeColumn } from '../parts/time-column.tsx';
import { Time } from '../parts/time.tsx';
import { Chip } from '../parts/tone.tsx';
import { useList } from '../query.ts';
import { EventsPage } from './events-page.tsx';
import css from './live-events.module.css';

type Refusal = Reply<'listRefusals'>['items'][number];

const columns: Column<Refusal>[] = [
  { key: 'sentence', title: 'Why it was refused', width: 'minmax(160px, 2fr)', cell: (row) => row.sentence },
  { key: 'code', title: 'Code', width: '170px', from: 560, cell: (row) => <Chip tone="bad">{row.code}</Chip> },
  {
    key: 'raw',
    title: 'What was sent',
    width: 'minmax(120px, 1fr)',
    from: 860,
    cell: (row) => <span className="mono faint">{row.raw}</span>,
  },
  timeColumn({ key: 'at', title: 'When', width: '88px', at: (row) => row.at }),
];
const idOf = (row: Refusal): string => row.id;

/** JSON where the text is a whole JSON document; the text may have been cut. */
function parsed(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return undefined;
  }
}
const hintOf = (code: string): string | null => (Object.hasOwn(problems, code) ? problems[code as keyof typeof problems].hint : null);

function RefusalPanel({ refusal }: { refusal: Refusal | undefined }) {
  if (!refusal)
    return (
      <Empty small title="This refusal is further down">
        Scroll the list until it is loaded.
      </Empty>
    );
  const raw = parsed(refusal.raw);
  const hint = hintOf(refusal.code);
  return (
    <>
      <p>{refusal.sentence}</p>
      {hint && (
        <div className={css.hint}>
          <strong>How to mend it</strong>
          {hint}
        </div>
      )}
      <Facts>
        <Fact name="Code">
          <code>{refusal.code}</code>
        </Fact>
        <Fact name="When">
          <Time at={refusal.at} as="exact" />
        </Fact>
      </Facts>
      {refusal.details !== null && refusal.details !== undefined && (
        <Section title="Details">
          <JsonView value={refusal.details} label="Details of the refusal" />
        </Section>
      )}
      <Section title="As it was sent" {...(raw === undefined ? { hint: 'The first 2,000 characters' } : {})}>
        {raw === undefined ? <CodeBlock text={refusal.raw} what="what was sent" wrap /> : <JsonView value={raw} label="What was sent" />}
      </Section>
    </>
  );
}

/** Every event that was refused, and why: nothing that was sent disappears in silence. */
export function Refusals({ tabs }: { tabs: ReactNode }) {
  const [address, setAddress] = useAddress();
  const list = useList('listRefusals', { query: { limit: 100 } });
  return (
    <EventsPage tab="Refused events" purpose="What was sent but not kept, each with its reason. The sender got the same answer." bar={tabs}>
      <List
        label="Refused events"
        columns={columns}
        idOf={idOf}
        list={list}
        peek={address.peek || null}
        onPeek={(id) => setAddress({ peek: id ?? undefined })}
        panelTitle={() => 'Refused event'}
        panel={(_, row) => <RefusalPanel refusal={row} />}
        empty={
          <Empty title="Nothing was refused">
            Events that are too large, name nobody or are not shaped as events would stand here with the reason. To send some, see{' '}
            <To to="install" className="text-link">
              Install
            </To>
            .
          </Empty>
        }
      />
    </EventsPage>
  );
}
