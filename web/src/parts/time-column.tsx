import type { Column } from './list.tsx';
import { Time } from './time.tsx';

type TimeColumn<T> = Omit<Column<T>, 'align' | 'cell'> & { at: (row: T) => string | null; as?: 'ago' | 'date' };

/** The column of a list that says when. */
export const timeColumn = <T,>({ at, as = 'ago', ...column }: TimeColumn<T>): Column<T> => ({
  ...column,
  align: 'right',
  cell: (row) => (
    <span className="quiet">
      <Time at={at(row)} as={as} />
    </span>
  ),
});
