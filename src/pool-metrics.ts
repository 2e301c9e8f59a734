import { Gauge } from 'prom-client';
import type { Database } from './db/database.js';

interface Pool {
  numUsed(): number;
  numFree(): number;
  numPendingAcquires(): number;
}

/** Use of this process's connections to PostgreSQL. */
export const createPoolMetric = (db: Database): Gauge =>
  new Gauge({
    name: 'ardea_db_connections',
    help: 'Connections to PostgreSQL of this process: used, free, and callers that wait for one.',
    labelNames: ['state'],
    registers: [],
    collect() {
      const pool = (db.client as { pool: Pool }).pool;
      this.set({ state: 'used' }, pool.numUsed());
      this.set({ state: 'free' }, pool.numFree());
      this.set({ state: 'waited_for' }, pool.numPendingAcquires());
    },
  });
