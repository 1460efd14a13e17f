import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Run } from './run.ts';

describe('Run', () => {
  it('hears of an abort that came before its ladder was set up', () => {
    const abort = new AbortController();
    const run = new Run(
      { id: '1', kind: 'script' },
      { outputBytes: 1000, wallTimeMs: 60_000, cpuTimeMs: 60_000, cpus: 1 },
      { signal: abort.signal },
    );
    abort.abort();
    let interrupts = 0;
    const stop = run.startLadder({
      interrupt: () => (interrupts += 1),
      kill: () => undefined,
      usedCpuMs: async () => 0,
    });
    stop();
    assert.equal(interrupts, 1);
  });
});
