import '@mantine/charts/styles.css';
import { BarChart, LineChart } from '@mantine/charts';
import { formatCompact, formatDuration } from '../../parts/format';
import type { ChartColumn } from './chart-card';

interface ChartProps {
  data: Record<string, number | string | null>[];
  columns: readonly ChartColumn[];
  isDuration: boolean;
  unit: string | undefined;
}

const HEIGHT = 220;

/** Drawn by a library that is loaded only where there is a chart. */
export function Bars({ data, columns, unit }: ChartProps) {
  return (
    <BarChart
      h={HEIGHT}
      data={data}
      dataKey="label"
      xAxisLabel={unit}
      type="stacked"
      series={columns.map(({ key, label, color }) => ({ name: key, label, color }))}
      withLegend
      tickLine="none"
      gridAxis="x"
      valueFormatter={formatCompact}
      maxBarWidth={28}
      yAxisProps={{ width: 44, allowDecimals: false }}
      xAxisProps={{ minTickGap: 24 }}
    />
  );
}

export function Lines({ data, columns, isDuration, unit }: ChartProps) {
  return (
    <LineChart
      h={HEIGHT}
      data={data}
      dataKey="label"
      xAxisLabel={unit}
      series={columns.map(({ key, label, color }) => ({ name: key, label, color }))}
      withLegend
      tickLine="none"
      gridAxis="x"
      curveType="monotone"
      connectNulls={false}
      strokeWidth={2}
      dotProps={{ r: 2.5 }}
      valueFormatter={isDuration ? formatDuration : formatCompact}
      yAxisProps={{ width: 56 }}
      xAxisProps={{ minTickGap: 24 }}
    />
  );
}
