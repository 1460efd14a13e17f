import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { ExitReason, SandboxExit } from '../sandbox/index.ts';
import { protocolVersion } from './frame-schemas.ts';
import { FrameViolation } from './frames.ts';
import { Readiness } from './readiness.ts';

const ready = { type: 'ready', protocol: protocolVersion, python: '3.14.0' } as const;
const never = new Promise<SandboxExit>(() => undefined);

function exited(why: ExitReason, diagnostics = ''): Promise<SandboxExit> {
  const usage = { wallMs: 0, cpuMs: 0, peakMemoryBytes: 0, memoryKills: 0, refusedForks: 0 };
  return Promise.resolve({ why, usage, diagnostics });
}

function wait(ended: Promise<SandboxExit>, violation?: string, signal?: AbortSignal): Promise<void> {
  return new Readiness().wait({ ended, findViolation: () => violation, signal });
}

describe('Readiness', () => {
  it('is there when the runner has said so, before somebody waits or after', async () => {
    const before = new Readiness();
    before.accept(ready);
    await before.wait({ ended: never, findViolation: () => undefined });
    const after = new Readiness();
    const waiting = after.wait({ ended: never, findViolation: () => undefined });
    after.accept(ready);
    await waiting;
  });

  it('takes no runner of another protocol, and none that says it twice', () => {
    const readiness = new Readiness();
    assert.throws(() => readiness.accept({ ...ready, protocol: protocolVersion + 1 }), FrameViolation);
    readiness.accept(ready);
    assert.throws(() => readiness.accept(ready), /ready before/);
  });

  it('quotes the end of what the program said where it ended before', async () => {
    const ended = exited({ kind: 'exited', code: 1 }, `${'x'.repeat(5000)} no such module`);
    await assert.rejects(wait(ended), (error: Error) => {
      assert.match(error.message, /ended before it was ready: x+ no such module$/);
      return error.message.length < 2200;
    });
  });

  it('says what the runner did rather than how it was ended for that', async () => {
    const ended = exited({ kind: 'killed', by: 'us' }, 'some text');
    await assert.rejects(wait(ended, 'a frame is not JSON'), /ready: a frame is not JSON$/);
  });

  it('says that there was too little memory', async () => {
    await assert.rejects(wait(exited({ kind: 'memory', limitBytes: 8_000_000 })), {
      code: 'SANDBOX_LAUNCH_FAILED',
      message: /8 MB of memory is too little/,
    });
  });

  it('is given up where nobody wants it any more', async () => {
    await assert.rejects(wait(never, undefined, AbortSignal.abort()), { code: 'CANCELLED' });
  });
});
