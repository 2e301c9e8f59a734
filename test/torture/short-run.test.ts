import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../../torture/arguments.js';
import { describeReport } from '../../torture/report.js';
import { runTorture } from '../../torture/run.js';

/** The checks are exact; what depends on the machine is how long quiet takes, and that may take long. */
const QUIESCE_MS = 300_000;
const SEED = 20_261_123;

describe('torture', () => {
  it('loses nothing in a short run', async () => {
    const said: string[] = [];
    const report = await runTorture({
      ...DEFAULTS(),
      seed: SEED,
      minutes: 0.6,
      items: 14,
      quiesceMs: QUIESCE_MS,
      say: (line) => said.push(line),
    });
    expect(report.passed, `${said.join('\n')}\n${describeReport(report)}`).toBe(true);
    // It has done what it is for.
    for (const kind of ['worker', 'api', 'temporal', 'postgres'])
      expect(report.killed[kind], kind).toBeGreaterThan(0);
    expect(report.checked['rows compared with the bank']).toBeGreaterThan(5_000);
    expect(report.checked['webhooks answered 200']).toBeGreaterThan(20);
    expect(Object.keys(report.faults).length).toBeGreaterThan(5);
  });
});
