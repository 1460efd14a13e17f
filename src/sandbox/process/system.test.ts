import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { SystemFolders } from './system.ts';

describe('SystemFolders', () => {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-system-'));
  after(() => rmSync(folder, { recursive: true }));

  it('shows a few programs, none with rights of its own, and users that are not the host’s', async () => {
    const made = await new SystemFolders(join(folder, 'a')).prepare([]);
    assert.ok(existsSync(join(made, 'bin/sh')));
    assert.ok(!existsSync(join(made, 'bin/su')));
    for (const name of readdirSync(join(made, 'bin'))) {
      assert.equal(statSync(join(made, 'bin', name)).mode & 0o7777, 0o755, name);
    }
    assert.match(readFileSync(join(made, 'etc/passwd'), 'utf8'), /^belljar:/m);
    assert.notEqual(readFileSync(join(made, 'etc/passwd'), 'utf8'), readFileSync('/etc/passwd', 'utf8'));
  });

  it('can be read by every uid, whatever the umask', async () => {
    const before = process.umask(0o077);
    const made = await new SystemFolders(join(folder, 'b')).prepare([]).finally(() => process.umask(before));
    for (const name of ['.', 'bin', 'etc', 'etc/ssl', 'etc/ssl/certs']) {
      assert.equal(statSync(join(made, name)).mode & 0o777, 0o755, name);
    }
    assert.equal(statSync(join(made, 'etc/hosts')).mode & 0o777, 0o644);
  });

  it('is made once, also for two that ask at the same time, and anew when it was swept away', async () => {
    const cache = join(folder, 'c');
    const [one, other] = [new SystemFolders(cache), new SystemFolders(cache)];
    const [first, second] = await Promise.all([one.prepare(['python3.12']), other.prepare(['python3.12'])]);
    assert.equal(first, second);
    assert.equal(readdirSync(cache).length, 1);
    rmSync(first, { recursive: true });
    assert.equal(await one.prepare(['python3.12']), first);
    assert.ok(existsSync(join(first, 'bin/python3.12')));
  });

  it('has another folder for other places to mount over', async () => {
    const folders = new SystemFolders(join(folder, 'd'));
    const made = await folders.prepare(['python3.12']);
    assert.notEqual(await folders.prepare(['python3.13']), made);
    assert.equal(await folders.prepare(['python3.12', 'python3.12']), made);
  });

  it('takes no folder that another could have prepared', async () => {
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = folder;
    try {
      symlinkSync('/', join(folder, `belljar-${process.getuid?.()}`));
      const made = await new SystemFolders(undefined).prepare([]);
      assert.ok(made.startsWith(join(folder, `belljar-${process.getuid?.()}-`)), made);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });
});
