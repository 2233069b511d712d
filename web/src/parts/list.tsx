import { useElementSize } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import type { ProblemError } from '../api.ts';
import { useFocusBack } from './focus-back.ts';
import { useKeys } from './keys.ts';
import css from './list.module.css';
import { Peek } from './peek.tsx';
import { ProblemView } from './problem.tsx';
import { Bone } from './skeleton.tsx';
import type { Sorting } from './sorting.ts';

export interface Column<T> {
  key: string;
  title: string;
  /** A grid track: '120px', 'minmax(160px, 2fr)'. */
  width: string;
  align?: 'right';
  /** Shown when the list is at least this wide, in pixels (0: always). */
  from?: number;
  /** What its head says on hover, when the title is too short for it. */
  tip?: string;
  /** Rows can be put in its order. */
  sorts?: boolean;
  cell: (row: T) => ReactNode;
}

interface ListProps<T> {
  /** What the rows are, for screen readers: People. */
  label: string;
  columns: Column<T>[];
  idOf: (row: T) => string;
  /** What useList gives; any rows will do. */
  list: {
    rows: T[];
    loaded: boolean;
    more?: boolean;
    loadMore?: () => void;
    stale?: boolean;
    problem: ProblemError | null;
    again?: () => void;
  };
  empty: ReactNode;
  /** Id of the row whose side panel is open: keep it in the address. */
  peek?: string | null;
  onPeek?: (id: string | null) => void;
  /** The side panel of a row. */
  panel?: (id: string, row: T | undefined) => ReactNode;
  panelTitle?: (id: string, row: T | undefined) => ReactNode;
  /** Opens the row's own page (Enter, a second click, o). */
  onOpen?: (row: T) => void;
  /** Rows chosen with x; without it nothing can be chosen. */
  chosen?: Set<string>;
  onChosen?: (chosen: Set<string>) => void;
  tall?: boolean;
  /** What the columns that are left out would tell, as a second line under each row while the list is narrower than `until` (0: never) pixels. */
  below?: { until: number; cell: (row: T) => ReactNode };
  /** A wide side panel, for what is read rather than looked up. */
  wide?: boolean;
  /** By which column the rows are in order, which whoever hands them over has done. */
  sort?: Sorting;
  onSort?: (key: string) => void;
  /** What stands in place of the cells of a row that heads others; undefined for any other row. */
  heading?: (row: T) => ReactNode | undefined;
}

const rowHeight = 38;
/** A row with a second line under it. */
const twoLines = 56;

/** The one list: virtual rows, j k to move, Enter to peek and Enter again to open, x to choose, Esc to close. */
export function List<T>(props: ListProps<T>) {
  const { label, columns, idOf, list, empty, peek = null, onPeek, panel, panelTitle, onOpen, chosen, onChosen } = props;
  const { rows } = list;
  const [active, setActive] = useState(-1);
  const { ref: sizeRef, width } = useElementSize();
  const scroll = useRef<HTMLDivElement>(null);
  const id = useId();
  useFocusBack(panel !== undefined && peek !== null);
  const below = props.below && width > 0 && width < props.below.until ? props.below.cell : undefined;
  const height = below ? twoLines : props.tall ? 52 : rowHeight;
  const { heading } = props;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => (heading?.(rows[index]!) === undefined ? height : rowHeight),
    overscan: 12,
    ...(heading ? { getItemKey: (index: number) => idOf(rows[index]!) } : {}), // rows of two heights are measured anew when they change places
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: every row is as high as is said, and is asked again when that changes
  useEffect(() => virtual.measure(), [height]);
  const items = virtual.getVirtualItems();
  const lastSeen = items.at(-1)?.index ?? 0;
  const { more = false, loadMore } = list;

  useEffect(() => {
    if (more && lastSeen > rows.length - 20) loadMore?.();
  }, [more, lastSeen, rows.length, loadMore]);
  useEffect(() => {
    if (peek === null) return;
    const at = rows.findIndex((row) => idOf(row) === peek);
    if (at >= 0) setActive(at);
  }, [peek, rows, idOf]);

  const move = (by: number): void => {
    const next = Math.min(Math.max(active + by, 0), rows.length - 1);
    setActive(next);
    virtual.scrollToIndex(next, { align: 'auto' });
    const row = rows[next];
    if (peek !== null && row) onPeek?.(idOf(row));
  };
  const open = (row: T): void => {
    if (panel && peek !== idOf(row)) onPeek?.(idOf(row));
    else onOpen?.(row);
  };
  const choose = (row: T): void => {
    if (!chosen || !onChosen) return;
    const next = new Set(chosen);
    next.delete(idOf(row)) || next.add(idOf(row));
    onChosen(next);
  };
  const onGrid = ({ target }: KeyboardEvent): boolean =>
    target === document.body || target === scroll.current || target instanceof HTMLHeadingElement;
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: (event) => (onGrid(event) ? move(1) : false),
    ArrowUp: (event) => (onGrid(event) ? move(-1) : false),
    Enter: (event) => (onGrid(event) && rows[active] ? open(rows[active]) : false),
    o: () => (rows[active] && onOpen ? onOpen(rows[active]) : false),
    x: () => (rows[active] && chosen ? choose(rows[active]) : false),
    Escape: () => (peek !== null ? onPeek?.(null) : chosen?.size ? onChosen?.(new Set()) : false),
  });

  const choosing = chosen !== undefined && (width === 0 || width >= 620);
  const choosable = choosing && heading ? rows.filter((row) => heading(row) === undefined) : rows;
  const isAll = choosing && choosable.length > 0 && choosable.every((row) => chosen.has(idOf(row)));
  const shown = columns.filter((column) => width === 0 || width >= (column.from ?? 0));
  const tracks = `${choosing ? '18px ' : ''}${shown.map((column) => column.width).join(' ')}`;
  const waiting = !list.loaded && !list.problem;
  const peeked = peek === null ? undefined : rows.find((row) => idOf(row) === peek);

  return (
    <div className={css.split}>
      <div className={css.list} ref={sizeRef} data-stale={list.stale || undefined}>
        {list.problem && <ProblemView problem={list.problem} {...(list.again ? { again: list.again } : {})} page />}
        {list.loaded && rows.length === 0 ? (
          <div className={css.scroll}>{empty}</div>
        ) : (
          !list.problem && (
            <div
              ref={scroll}
              role="grid"
              className={css.scroll}
              tabIndex={0}
              aria-label={label}
              aria-rowcount={more ? -1 : rows.length}
              aria-busy={waiting}
              aria-activedescendant={active >= 0 && rows[active] ? `${id}-${active}` : undefined}
            >
              <div role="row" className={css.head} style={{ gridTemplateColumns: tracks }}>
                {choosing && (
                  <span role="columnheader" className={css.check}>
                    <button
                      type="button"
                      role="checkbox"
                      className={css.all}
                      aria-checked={isAll ? true : chosen.size > 0 ? 'mixed' : false}
                      aria-label={isAll ? 'Choose none' : 'Choose all that are shown'}
                      data-tip={isAll ? 'Choose none' : 'Choose all that are shown'}
                      onClick={() => onChosen?.(isAll ? new Set() : new Set(choosable.map(idOf)))}
                    >
                      <span className={css.box} data-on={isAll || undefined} aria-hidden="true" />
                    </button>
                  </span>
                )}
                {shown.map((column) => (
                  <Head key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
                ))}
              </div>
              {waiting ? (
                Array.from({ length: 14 }, (_, index) => (
                  <div key={index} className={css.row} style={{ gridTemplateColumns: tracks, height }} data-waiting>
                    {choosing && <span />}
                    {shown.map((column, at) => (
                      <span key={column.key}>
                        <Bone width={`${[70, 48, 62, 40][(index + at) % 4]}%`} />
                      </span>
                    ))}
                  </div>
                ))
              ) : (
                <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
                  {items.map((item) => {
                    const row = rows[item.index]!;
                    const rowId = idOf(row);
                    const head = heading?.(row);
                    return (
                      // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are on the grid
                      <div
                        key={rowId}
                        role="row"
                        id={`${id}-${item.index}`}
                        aria-rowindex={item.index + 1}
                        aria-selected={rowId === peek || (chosen?.has(rowId) ?? false)}
                        className={css.row}
                        data-active={item.index === active || undefined}
                        data-peek={rowId === peek || undefined}
                        data-lines={below && head === undefined ? 2 : undefined}
                        data-heading={head !== undefined || undefined}
                        style={{
                          gridTemplateColumns: tracks,
                          height: item.size,
                          position: 'absolute',
                          top: 0,
                          width: '100%',
                          transform: `translateY(${item.start}px)`,
                        }}
                        onClick={(event) => {
                          if (event.target instanceof Element && event.target.closest('a, button')) return;
                          setActive(item.index);
                          open(row);
                        }}
                      >
                        {head !== undefined && (
                          <span role="gridcell" className={css.heading}>
                            {head}
                          </span>
                        )}
                        {choosing && head === undefined && (
                          // biome-ignore lint/a11y/useKeyWithClickEvents: x chooses
                          <span
                            role="gridcell"
                            className={css.check}
                            onClick={(event) => {
                              event.stopPropagation();
                              choose(row);
                            }}
                          >
                            <span className={css.box} data-on={chosen.has(rowId) || undefined} aria-hidden="true" />
                          </span>
                        )}
                        {head === undefined &&
                          shown.map((column) => (
                            <span key={column.key} role="gridcell" data-align={column.align}>
                              {column.cell(row)}
                            </span>
                          ))}
                        {below && head === undefined && (
                          <span role="gridcell" className={css.below}>
                            {below(row)}
                          </span>
                        )}
                      </div>
                    );
                  })}
                </div>
              )}
            </div>
          )
        )}
      </div>
      {panel && peek !== null && (
        <Peek
          key={peek}
          wide={props.wide ?? false}
          title={panelTitle?.(peek, peeked)}
          onClose={() => onPeek?.(null)}
          {...(onOpen && peeked ? { onOpen: () => onOpen(peeked) } : {})}
        >
          {panel(peek, peeked)}
        </Peek>
      )}
    </div>
  );
}

function Head<T>({ column, sort, onSort }: { column: Column<T>; sort: Sorting | undefined; onSort: ((key: string) => void) | undefined }) {
  const by = sort?.key === column.key ? sort : null;
  if (!column.sorts || !onSort)
    return (
      <span role="columnheader" data-align={column.align} data-tip={column.tip}>
        {column.title}
      </span>
    );
  return (
    <span role="columnheader" data-align={column.align} aria-sort={by === null ? 'none' : by.down ? 'descending' : 'ascending'}>
      <button
        type="button"
        className={css.sort}
        data-tip={column.tip}
        data-by={by !== null || undefined}
        onClick={() => onSort(column.key)}
      >
        {column.title}
        {by && (by.down ? <IconArrowDown size={12} aria-hidden="true" /> : <IconArrowUp size={12} aria-hidden="true" />)}
      </button>
    </span>
  );
}
