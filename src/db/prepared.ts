import type { Client, QueryResultRow } from 'pg';
import type { Database } from './database.js';

/** What knex's client offers beside its builders; the pool and its connections are the same. */
interface Connections {
  acquireConnection(): Promise<Client>;
  releaseConnection(connection: Client): Promise<void>;
}

/**
 * A statement for the hottest paths: prepared once per connection and run without knex's builder, which costs the API
 * about 50 µs of CPU per call (a fifth of a webhook's share). Not for use inside a transaction.
 * @param name unique in the program; @param text with `$1` placeholders
 */
export function preparedStatement<Row extends QueryResultRow>(
  db: Database,
  name: string,
  text: string,
): (values: readonly unknown[]) => Promise<Row[]> {
  const connections = db.client as Connections;
  return async (values) => {
    const connection = await connections.acquireConnection();
    try {
      const { rows } = await connection.query<Row>({ name, text, values: [...values] });
      return rows;
    } finally {
      await connections.releaseConnection(connection);
    }
  };
}
