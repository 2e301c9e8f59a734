/* eslint-disable jsx-a11y/no-redundant-roles, jsx-a11y/no-interactive-element-to-noninteractive-role -- the roles are what browsers take away from a table that is laid out as cards */
import { createColumnHelper, tableFeatures, useTable } from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { useFirstRows } from './first-rows';
import { Tag } from './status';
import classes from './data-table.module.css';

const features = tableFeatures({});

interface Column<Row> {
  id: string;
  header: string;
  /** Says what the column is where its header stays empty. */
  isHeaderHidden?: boolean;
  isNumeric?: boolean;
  /** What counts most beside the first column: in a card it stands in the first line. */
  isLead?: boolean;
  cell: (row: Row) => ReactNode;
  /** Replaces the text of the header, to sort for example; not where the table is cards, whose header nobody sees. */
  renderHeader?: () => ReactNode;
  sorted?: 'ascending' | 'descending' | 'none';
  width?: number | string;
}

export type Columns<Row> = readonly Column<Row>[];

interface DataTableProps<Row> {
  caption: string;
  columns: Columns<Row>;
  rows: readonly Row[];
  rowId: (row: Row) => string;
  isDense?: boolean;
  /** Rows that are only just there, marked for a while. */
  isDimmed?: (row: Row) => boolean;
  /** What is said of a row that is not up to date; it is dimmed, too. */
  markOf?: (row: Row) => string | undefined;
}

const RowMark = ({ mark }: { mark: string | undefined }) =>
  mark === undefined ? null : (
    <span className={classes.mark}>
      <Tag>{mark}</Tag>
    </span>
  );

/** A table that becomes a list of cards where there is no room for columns (320 px, or 400 % zoom). */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { caption, columns, rows, rowId, isDense = false, isDimmed, markOf } = props;
  const helper = createColumnHelper<typeof features, Row>();
  const table = useTable({
    features,
    data: useFirstRows(rows),
    getRowId: rowId,
    columns: columns.map((column) => helper.display({ id: column.id, header: column.header })),
  });
  const byId = new Map(columns.map((column) => [column.id, column]));
  return (
    // Plain elements: Mantine's table brings its scroll area and the library of its menus into the first load of every list.
    <table className={classes.table} role="table" aria-label={caption} data-dense={isDense || undefined}>
      <thead role="rowgroup">
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id} role="row">
            {group.headers.map(({ id }) => {
              const column = byId.get(id);
              return (
                <th
                  key={id}
                  role="columnheader"
                  scope="col"
                  aria-sort={column?.sorted}
                  data-numeric={column?.isNumeric || undefined}
                  style={column?.width === undefined ? undefined : { width: column.width }}
                >
                  {column?.renderHeader === undefined ? (
                    <span className={column?.isHeaderHidden ? 'spoken' : undefined}>{column?.header}</span>
                  ) : (
                    <>
                      <span className={classes.inColumns}>{column.renderHeader()}</span>
                      <span className={classes.inCards}>{column.header}</span>
                    </>
                  )}
                </th>
              );
            })}
          </tr>
        ))}
      </thead>
      <tbody role="rowgroup">
        {table.getRowModel().rows.map((row) => (
          <tr
            key={row.id}
            role="row"
            data-dimmed={isDimmed?.(row.original) || markOf?.(row.original) !== undefined || undefined}
          >
            {row.getAllCells().map((cell, index) => {
              const column = byId.get(cell.column.id);
              return (
                // Called, not rendered as a component: its function is new each time, and what has the focus would be too.
                <td
                  key={cell.id}
                  role="cell"
                  data-label={column?.isHeaderHidden ? undefined : column?.header}
                  data-numeric={column?.isNumeric || undefined}
                  data-lead={column?.isLead || undefined}
                >
                  {index === 0 && <RowMark mark={markOf?.(row.original)} />}
                  {column?.cell(row.original)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
