import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';

import { HostProcess, findMarked, markName } from './host-process.ts';

const linux = { skip: process.platform === 'linux' ? false : 'needs Linux' };

describe('findMarked()', linux, () => {
  it('finds who carries the mark, and who descends from it without carrying it', async () => {
    const mark = `mark-${process.pid}`;
    const child = spawn('sh', ['-c', 'env -i sleep 30 & echo $!; wait'], {
      env: { PATH: process.env['PATH'], [markName]: mark },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const grandchild = Number(line.toString());
    try {
      const found = findMarked(mark).map(({ pid }) => pid);
      assert.ok(found.includes(child.pid ?? 0), 'the child');
      assert.ok(found.includes(grandchild), 'the grandchild');
      assert.deepEqual(findMarked(`${mark}-other`), []);
    } finally {
      process.kill(grandchild, 'SIGKILL');
      await once(child, 'exit');
    }
    assert.deepEqual(findMarked(mark), []);
  });
});

describe('HostProcess', linux, () => {
  it('tells what the host’s /proc says of a process', () => {
    const own = new HostProcess(process.pid);
    assert.equal(own.isAlive, true);
    assert.equal(own.stat()[1], String(process.ppid));
    assert.match(own.status('Uid'), new RegExp(`^${process.getuid?.()}\\t`));
    assert.match(own.link('ns/user'), /^user:\[\d+\]$/);
    assert.ok(own.descriptors().every(({ number }) => number > 2));
  });

  it('is empty where there is nothing to be read', () => {
    const nobody = new HostProcess(2 ** 22 + 1);
    assert.equal(nobody.isAlive, false);
    assert.equal(nobody.text('environ'), '');
    assert.equal(nobody.status('Uid'), '');
    assert.deepEqual(nobody.descriptors(), []);
  });
});
