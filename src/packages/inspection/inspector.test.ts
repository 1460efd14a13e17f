import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { hostileWheels } from '../../../test/support/hostile-wheels.ts';
import { bubblewrap, needs } from '../../../test/support/prerequisite.ts';
import { makeWheel, type WheelDescription } from '../../../test/support/wheels.ts';
import { BelljarError } from '../../errors.ts';
import { holdAgainst } from './hold-against.ts';
import type { Inspection } from './inspection.ts';
import { inspectWheel, Inspector } from './inspector.ts';

const honest: WheelDescription = { name: 'acme', headers: ['License-Expression: MIT'], requires: ['requests>=2'] };
const large: WheelDescription = { ...honest, files: { 'acme/data.bin': Buffer.alloc(30 << 20, 'data') } };

describe('Inspector', needs(bubblewrap), () => {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-test-'));
  let count = 0;
  const inspector = new Inspector({ workers: 2 });
  const put = (wheel: WheelDescription): { path: string; filename: string } => {
    const { filename, bytes } = makeWheel(wheel);
    const path = join(folder, `${(count += 1)}`);
    writeFileSync(path, bytes);
    return { path, filename };
  };
  after(async () => {
    await inspector[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it('tells the facts of a sound wheel', async () => {
    const inspection = await inspector.inspect(put(honest));
    assert.equal(inspection.verdict, 'sound', JSON.stringify(inspection));
    assert.deepEqual([inspection.name, inspection.version, inspection.fileCount], ['acme', '1.0', 4]);
    assert.deepEqual(inspection.licence, { expression: 'MIT', source: 'License-Expression' });
    assert.deepEqual([inspection.requires, inspection.importNames], [['requests>=2'], ['acme']]);
    assert.deepEqual([inspection.hasNativeCode, inspection.startupFiles], [false, []]);
  });

  for (const { what, rule, says, hostile, harmless, sidecar } of hostileWheels) {
    it(`refuses ${what}, and takes the same made harmless`, async () => {
      const inspect = async (wheel: WheelDescription, text?: string): Promise<Inspection> =>
        holdAgainst(await inspector.inspect(put(wheel)), text === undefined ? undefined : hash('sha256', text));
      const refused = await inspect(hostile, sidecar?.hostile);
      assert.equal(refused.verdict, 'refused');
      const [problem] = refused.problems;
      assert.equal(problem?.rule, rule, JSON.stringify(refused));
      assert.match(problem.message, says);
      const taken = await inspect(harmless, sidecar?.harmless);
      assert.equal(taken.verdict, 'sound', JSON.stringify(taken));
    });
  }

  it('refuses a wheel that takes too long, and opens the next one', async () => {
    const limits = { timeMs: 0, timePerMebibyteMs: 0 };
    const slow = await inspector.inspect({ ...put(large), limits });
    assert.deepEqual(slow.verdict === 'refused' && slow.problems[0]?.rule, 'inspection.time');
    assert.equal((await inspector.inspect(put(large))).verdict, 'sound');
  });

  it('ends when the caller gives up, and opens the next one', async () => {
    const controller = new AbortController();
    const running = inspector.inspect({ ...put(large), signal: controller.signal });
    controller.abort();
    await assert.rejects(running, (error: unknown) => error instanceof BelljarError && error.code === 'CANCELLED');
    assert.equal((await inspector.inspect(put(honest))).verdict, 'sound');
  });

  it('opens several wheels at once', async () => {
    const inspections = await Promise.all(Array.from({ length: 8 }, () => inspector.inspect(put(honest))));
    assert.ok(inspections.every(({ verdict }) => verdict === 'sound'));
  });

  it('says that there is no such file', async () => {
    const wheel = { path: join(folder, 'none'), filename: 'acme-1.0-py3-none-any.whl' };
    await assert.rejects(
      inspector.inspect(wheel),
      (error: unknown) => error instanceof BelljarError && error.code === 'INPUT_UNREADABLE',
    );
    assert.equal((await inspectWheel(put(honest))).verdict, 'sound');
  });
});
