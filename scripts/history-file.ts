/**
 * A workflow history as JSON that can be read in a diff. Not Temporal's own form: the SDK's functions for that
 * (historyToJSON, historyFromJSON) fail wherever npm installs two copies of protobufjs, as it does here with 1.24.
 */
import type { WorkflowHandle } from '@temporalio/client';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

interface Long {
  low: number;
  high: number;
  unsigned: boolean;
  toNumber(): number;
}

const isLong = (value: object): value is Long => 'low' in value && 'high' in value && 'unsigned' in value;

const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (isLong(value)) return value.toNumber();
  const entries = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(entries.map(([name, field]) => [name, plain(field)]));
};

export const historyToText = (history: History): string => `${JSON.stringify(plain(history), null, 1)}\n`;

export const historyFromText = (text: string): History =>
  JSON.parse(text, (_, value: unknown) =>
    typeof value === 'object' && value !== null && '$bytes' in value
      ? Buffer.from(String(value.$bytes), 'base64')
      : value,
  ) as History;
