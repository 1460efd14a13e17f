import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { describe, it } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { BelljarError } from '../../errors.ts';
import type { Backend, ExitReason, Sandbox } from '../../sandbox/index.ts';
import { defaultArchiveLimits } from './archive/index.ts';
import type { WheelProblem } from './problem.ts';
import { InspectionWorker } from './worker.ts';
import type { WheelReading } from './wheel-reading.ts';

const limits = { ...defaultArchiveLimits, timeMs: 20_000, timePerMebibyteMs: 0 };
const usage = { wallMs: 0, cpuMs: 0, peakMemoryBytes: 0, memoryKills: 0, refusedForks: 0 };

/** A program that says what the test wants, since ours does not lie or die by itself. */
function pretend(lines: readonly string[], why: ExitReason, diagnostics = ''): Backend {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const control = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  const end = (): void => {
    control.push(null);
    resolve(undefined);
  };
  for (const line of lines) control.push(`${line}\n`);
  if (why.kind !== 'killed') setImmediate(() => control.push(null));
  const exited = promise.then(() => ({ why, usage, diagnostics }));
  const sandbox = { enforced: [], control, exited, kill: end } as unknown as Sandbox;
  return { name: 'process', launch: () => Promise.resolve(sandbox) } as unknown as Backend;
}

async function readBy(backend: Backend, path: string): Promise<WheelReading | WheelProblem> {
  const worker = await InspectionWorker.start(backend);
  return worker.read(path, limits);
}

describe('InspectionWorker', () => {
  it('makes what became of the program a problem of the wheel', async (context) => {
    const path = join(await temporaryFolder(context), 'wheel');
    writeFileSync(path, 'wheel');
    const ready = '{"ready":true}';
    const ends: readonly [ExitReason, string, string][] = [
      [{ kind: 'memory', limitBytes: 1 }, '', 'inspection.memory'],
      [{ kind: 'signalled', signal: 6 }, 'FATAL ERROR: JavaScript heap out of memory', 'inspection.memory'],
      [{ kind: 'cpuTime', limitMs: 1 }, '', 'inspection.time'],
      [{ kind: 'signalled', signal: 11 }, '', 'inspection.failed'],
      [{ kind: 'exited', code: 1 }, '', 'inspection.failed'],
    ];
    for (const [why, diagnostics, rule] of ends) {
      const problem = await readBy(pretend([ready], why, diagnostics), path);
      assert.equal('rule' in problem && problem.rule, rule);
    }
  });

  it('believes no program that talks nonsense or asks for what is not the wheel’s', async (context) => {
    const path = join(await temporaryFolder(context), 'wheel');
    writeFileSync(path, 'wheel');
    const lines = ['nonsense', '{"ready":true}', '{"read":[0,6]}', '{"read":[-1,1]}', '{"reading":{}}', '[]'];
    for (const line of lines) {
      const problem = await readBy(pretend(['{"ready":true}', line], { kind: 'killed', by: 'nonsense' }), path);
      assert.equal('rule' in problem && problem.rule, 'inspection.failed', line);
    }
  });

  it('ends a program that never says that it is there', async () => {
    const silent = (): Backend => pretend([], { kind: 'killed', by: 'time' });
    await assert.rejects(InspectionWorker.start(silent(), { startMs: 0 }), { code: 'SANDBOX_LAUNCH_FAILED' });
    const quitter = new AbortController();
    const starting = InspectionWorker.start(silent(), { signal: quitter.signal });
    quitter.abort();
    await assert.rejects(starting, { code: 'CANCELLED' });
  });

  it('does not blame the wheel where the program does not start', async () => {
    await assert.rejects(
      InspectionWorker.start(pretend([], { kind: 'exited', code: 1 })),
      (error: unknown) => error instanceof BelljarError && error.code === 'SANDBOX_LAUNCH_FAILED',
    );
  });
});
