import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { newestChild } from '../../../test/support/scarce.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { withLock } from './lock.ts';

describe('withLock()', () => {
  it('lets one in at a time', async (context) => {
    const file = join(await temporaryFolder(context), 'lock');
    let inside = 0;
    let most = 0;
    const enter = (): Promise<void> =>
      withLock(file, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
      });
    await Promise.all([enter(), enter(), enter(), enter()]);
    assert.equal(most, 1);
  });

  it('lets go of it when the work fails, and passes the failure on', async (context) => {
    const file = join(await temporaryFolder(context), 'lock');
    await assert.rejects(
      withLock(file, () => Promise.reject(new Error('failed'))),
      /failed/,
    );
    assert.equal(await withLock(file, () => Promise.resolve('again')), 'again');
  });

  it('waits for another process, and gets it when that one is killed', async (context) => {
    const file = join(await temporaryFolder(context), 'lock');
    const lock = new URL('lock.ts', import.meta.url).href;
    const code = `import { withLock } from ${JSON.stringify(lock)};
      await withLock(${JSON.stringify(file)}, () => { console.log('held'); return new Promise(() => setInterval(() => {}, 1e6)); });`;
    const other = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(other.stdout, 'data');
    let isKilled = false;
    const waiting = withLock(file, () => Promise.resolve(isKilled));
    isKilled = other.kill('SIGKILL');
    assert.equal(await waiting, true);
  });

  it('takes none whose holder was killed for its own, and says so', async (context) => {
    const file = join(await temporaryFolder(context), 'lock');
    const isHeld = Promise.withResolvers<undefined>();
    const letGo = Promise.withResolvers<undefined>();
    const first = withLock(file, () => {
      isHeld.resolve(undefined);
      return letGo.promise;
    });
    await isHeld.promise;
    const second = withLock(file, () => assert.fail('it has no lock'));
    process.kill(newestChild(), 'SIGKILL');
    await assert.rejects(second, { code: 'WORKSPACE_UNUSABLE', message: /cannot lock .*killed/ });
    letGo.resolve(undefined);
    await first;
    assert.equal(await withLock(file, () => Promise.resolve('again')), 'again', 'the control');
  });

  it('is not waited for by whoever gave up', async (context) => {
    const file = join(await temporaryFolder(context), 'lock');
    const controller = new AbortController();
    await withLock(file, async () => {
      const waiting = withLock(file, () => assert.fail('it has no lock'), controller.signal);
      controller.abort();
      await assert.rejects(waiting, { code: 'CANCELLED' });
    });
    await assert.rejects(
      withLock(file, () => assert.fail('it gave up before'), controller.signal),
      { code: 'CANCELLED' },
    );
  });

  it('says why where the lock cannot be had', async () => {
    await assert.rejects(
      withLock('/nowhere/at/all', () => Promise.resolve()),
      { code: 'WORKSPACE_UNUSABLE', message: /cannot lock .*No such file/ },
    );
  });
});
