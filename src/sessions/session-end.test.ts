import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { ExitReason, SandboxExit } from '../sandbox/index.ts';
import { endByClosing, endByIdleness, endOfExit, isWanted } from './session-end.ts';

const usage = { wallMs: 0, cpuMs: 0, peakMemoryBytes: 0, memoryKills: 0, refusedForks: 0 };

function exit(why: ExitReason): SandboxExit {
  return { why, usage, diagnostics: '' };
}

describe('endOfExit()', () => {
  it('tells which bound the sandbox met', () => {
    const { why, message } = endOfExit(exit({ kind: 'memory', limitBytes: 2 ** 20 }), undefined);
    assert.deepEqual([why, message], ['memory', 'it wanted more than its 1 MiB of memory']);
    assert.equal(endOfExit(exit({ kind: 'disk', what: 'bytes', limit: 1, used: 2 }), undefined).why, 'disk');
    assert.equal(endOfExit(exit({ kind: 'cpuTime', limitMs: 1000 }), 'a frame is not JSON').why, 'time');
  });

  it('tells the fault of the code where there was one, and else how the sandbox ended', () => {
    const killed = exit({ kind: 'killed', by: 'the test' });
    assert.deepEqual(endOfExit(killed, 'a frame is not JSON'), { why: 'broken', message: 'a frame is not JSON' });
    assert.deepEqual(endOfExit(killed, undefined), { why: 'lost', message: 'its sandbox ended: the test' });
    assert.equal(
      endOfExit(exit({ kind: 'signalled', signal: 9 }), undefined).message,
      'its sandbox ended: by signal 9',
    );
  });
});

describe('isWanted()', () => {
  it('tells an end that somebody chose from one that came upon the session', () => {
    assert.deepEqual([isWanted(endByClosing('asked')), isWanted(endByIdleness(1000))], [true, true]);
    assert.equal(isWanted(endOfExit(exit({ kind: 'killed', by: 'x' }), undefined)), false);
  });
});

describe('endByClosing() and endByIdleness()', () => {
  it('tell who wanted it', () => {
    assert.equal(endByClosing('shutdown').message, 'Belljar was closed');
    assert.deepEqual(endByIdleness(60_000), {
      why: 'idle',
      message: 'nobody wanted anything of it for 1 min',
      timeoutMs: 60_000,
    });
  });
});
