import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { type Search, useAddress, useGo } from '../parts/address.tsx';
import { Empty } from '../parts/empty.tsx';
import { useKeys } from '../parts/keys.ts';
import { List } from '../parts/list.tsx';
import { plural, sayNumber } from '../parts/number.ts';
import { Page } from '../parts/page.tsx';
import { SearchBox } from '../parts/search-box.tsx';
import { useRoute } from '../query.ts';
import { useNow, useWorkspace } from '../session/workspace.tsx';
import { BelowLine, FolderLine, journeyColumns } from './journey-columns.tsx';
import { JourneyFilterWords } from './journey-filter.tsx';
import { beginsDown, fits, foldersOf, inOrder, type Line, linesOf, none, readSort, sortText, withoutMove } from './journey-lines.ts';
import css from './journeys.module.css';
import { ChosenJourneys, MoveJourneys } from './move-journeys.tsx';
import { NewJourney } from './new-journey.tsx';

const idOf = (line: Line): string => line.id;
const noFilter: Search = {
  search: undefined,
  state: undefined,
  owner: undefined,
  serves: undefined,
  problems: undefined,
  review: undefined,
  folder: undefined,
};
/** Folders that are closed stand in the address, one after the other. */
const between = '|';

/** The journeys: how they do, who answers for them, what is wrong with them, in their folders. */
export function Journeys() {
  const [address, setAddress] = useAddress();
  const go = useGo();
  const now = useNow();
  const { zone } = useWorkspace();
  const journeys = useRoute('listJourneys', undefined);
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [moving, setMoving] = useState(false);
  const all = journeys.data?.items ?? [];
  const listed = all.filter((row) => (row.archivedAt !== null) === (address.state === 'archived'));
  const filtered = Object.keys(noFilter).some((key) => address[key] !== undefined);
  const sort = readSort(address.sort);
  const fitting = all.filter((row) => fits(row, address, now, zone));
  const closed = useMemo(() => new Set((address.closed ?? '').split(between)), [address.closed]);
  const lines = linesOf(inOrder(fitting, sort, now), closed);
  const moves = withoutMove(all, now);
  const picked = all.filter((row) => chosen.has(row.key));
  useKeys({ m: () => (picked.length > 0 ? setMoving(true) : false) });

  const toggle = (path: string): void => {
    const next = new Set([...closed].filter(Boolean));
    next.delete(path) || next.add(path);
    setAddress({ closed: [...next].join(between) || undefined });
  };
  /** Choosing a folder chooses what is in it. */
  const choose = (ids: Set<string>): void => {
    const line = lines.find((each) => each.kind === 'folder' && ids.has(each.id));
    if (line?.kind !== 'folder') {
      setChosen(ids);
      return;
    }
    const inside = fitting.filter((row) => fits(row, { folder: line.path }, now, zone)).map((row) => row.key);
    const next = new Set([...ids].filter((id) => id !== line.id));
    const whole = inside.every((key) => next.has(key));
    for (const key of inside) whole ? next.delete(key) : next.add(key);
    setChosen(next);
  };
  return (
    <Page
      fit="fill"
      title="Journeys"
      purpose="Plans for people: where they enter, what happens, when it is over."
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setAddress({ new: '1' })}>
          New journey
        </Button>
      }
      bar={
        all.length > 0 ? (
          <>
            <SearchBox
              value={address.search ?? ''}
              onChange={(next) => setAddress({ search: next || undefined })}
              placeholder="Search journeys"
              width={200}
            />
            <JourneyFilterWords address={address} rows={listed} onChange={setAddress} />
            {moves.of > 0 && (
              <span className={css.moves}>
                {moves.none === 0 ? (
                  <span className="faint">Every live journey serves a stage move</span>
                ) : (
                  <button
                    type="button"
                    className="plain-button text-link"
                    onClick={() => setAddress({ ...noFilter, state: 'published', serves: none })}
                  >
                    {sayNumber(moves.none)} of {plural(moves.of, 'live journey')} {moves.none === 1 ? 'serves' : 'serve'} no stage move
                  </button>
                )}
              </span>
            )}
          </>
        ) : undefined
      }
    >
      <List
        tall
        label="Journeys"
        columns={journeyColumns}
        idOf={idOf}
        list={{ rows: lines, loaded: journeys.data !== undefined, problem: journeys.error, again: () => void journeys.refetch() }}
        sort={sort}
        onSort={(key) => setAddress({ sort: sortText({ key, down: sort.key === key ? !sort.down : beginsDown(key) }) })}
        heading={(line) => (line.kind === 'folder' ? <FolderLine line={line} onToggle={() => toggle(line.path)} /> : undefined)}
        chosen={chosen}
        onChosen={choose}
        onOpen={(line) => (line.kind === 'folder' ? toggle(line.path) : go(`journeys/${line.row.key}`))}
        below={{ until: 560, cell: (line) => <BelowLine line={line} /> }}
        empty={
          filtered ? (
            <Empty
              title="No journey fits"
              action={
                <Button variant="default" onClick={() => setAddress(noFilter)}>
                  Show all journeys
                </Button>
              }
            >
              Change the search, or take a word of the filter away.
            </Empty>
          ) : (
            <Empty title="No journey yet" action={<Button onClick={() => setAddress({ new: '1' })}>New journey</Button>}>
              A journey says when people enter, what they get and when it is over. Publish one of the starter drafts, or write your own.
            </Empty>
          )
        }
      />
      <ChosenJourneys rows={picked} onMove={() => setMoving(true)} onClear={() => setChosen(new Set())} />
      {moving && (
        <MoveJourneys
          rows={picked}
          folders={foldersOf(listed)}
          onClose={() => setMoving(false)}
          onDone={() => {
            setMoving(false);
            setChosen(new Set());
          }}
        />
      )}
      {address.new === '1' && journeys.data && (
        <NewJourney taken={new Set(all.map((row) => row.key))} onClose={() => setAddress({ new: undefined })} />
      )}
    </Page>
  );
}
