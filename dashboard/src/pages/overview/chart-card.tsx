import { SegmentedControl, Skeleton } from '@mantine/core';
import { Suspense, useState } from 'react';
import { DataTable, type Columns } from '../../parts/data-table';
import { formatCount, formatDuration } from '../../parts/format';
import { lazyPart } from '../../parts/lazy-part';
import { Card, Notice } from '../../parts/states';
import classes from './overview.module.css';

const charts = () => import('./charts');
const Bars = lazyPart(charts, 'Bars');
const Lines = lazyPart(charts, 'Lines');

export interface ChartColumn {
  key: string;
  label: string;
  color: string;
}

type Point = Record<string, number | string | null> & { start: string; label: string };

interface ChartCardProps {
  title: string;
  kind: 'bars' | 'lines';
  columns: readonly ChartColumn[];
  points: readonly Point[];
  isDuration?: boolean;
  /** What a point is of, where that is not a time in the viewer's zone. */
  unit?: string | undefined;
  /** What stands there when nothing has happened. */
  none: string;
}

/** A chart with the table that it is drawn from behind it. */
export function ChartCard({ title, kind, columns, points, isDuration = false, unit, none }: ChartCardProps) {
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const isEmpty = points.every((point) =>
    columns.every(({ key }) => point[key] === null || point[key] === 0),
  );
  const table: Columns<Point> = [
    { id: 'start', header: unit ?? 'From', cell: ({ label }) => label },
    ...columns.map(({ key, label }) => ({
      id: key,
      header: label,
      isNumeric: true,
      cell: (point: Point) => {
        const value = point[key];
        if (typeof value !== 'number') return '–';
        return isDuration ? formatDuration(value) : formatCount(value);
      },
    })),
  ];
  const Chart = kind === 'bars' ? Bars : Lines;
  return (
    <Card
      title={title}
      flush
      actions={
        isEmpty ? undefined : (
          <SegmentedControl
            size="xs"
            aria-label={`${title} as`}
            value={view}
            onChange={setView}
            data={[
              { value: 'chart', label: 'Chart' },
              { value: 'table', label: 'Table' },
            ]}
          />
        )
      }
    >
      {isEmpty ? (
        <Notice title="Nothing yet">{none}</Notice>
      ) : view === 'table' ? (
        // Scrolls, so the keyboard must reach it.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div className={classes.scroll} tabIndex={0} role="region" aria-label={`${title}, table`}>
          <DataTable
            caption={title}
            columns={table}
            rows={[...points].reverse()}
            rowId={({ start }) => start}
            isDense
          />
        </div>
      ) : (
        <div className={classes.chart} role="img" aria-label={`${title}; its figures are in the table`}>
          <Suspense fallback={<Skeleton h={220} />}>
            <Chart data={points as Point[]} columns={columns} isDuration={isDuration} unit={unit} />
          </Suspense>
        </div>
      )}
    </Card>
  );
}
