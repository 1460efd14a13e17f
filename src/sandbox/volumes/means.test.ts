import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { needs, root } from '../../../test/support/prerequisite.ts';
import { loopImages } from '../../../test/support/volumes.ts';
import { type VolumeMeans, findVolumeMeans } from './means.ts';

describe('findVolumeMeans()', () => {
  it('are images where root has all that they need', needs(loopImages), async () => {
    assert.deepEqual(await findVolumeMeans(), { kind: 'image' });
  });

  it('are a folder where root may not mount, and say why', needs(root), () => {
    const means = findBy(['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin']);
    assert.ok(means.kind === 'folder');
    assert.match(means.why, /may not mount/);
    assert.match(means.remedy, /CAP_SYS_ADMIN/);
  });

  it('are a folder where a program is missing, and name it', needs(root), () => {
    // In a mount namespace of its own, where the program is covered: nothing changes here.
    const cover = 'for f in /usr/sbin/mke2fs /sbin/mke2fs; do [ -e $f ] && mount --bind /dev/null $f; done; exec "$@"';
    const means = findBy(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', cover, 'sh']);
    assert.ok(means.kind === 'folder');
    assert.match(means.why, /mke2fs is not installed/);
  });

  it('are a folder for an ordinary user', needs(root), () => {
    const means = findBy(['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']);
    assert.ok(means.kind === 'folder');
    assert.match(means.why, /only root/);
  });
});

/** In a process of its own, by a copy that every user can read. */
function findBy(prefix: readonly [string, ...string[]]): VolumeMeans {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-means-'));
  try {
    execFileSync('chmod', ['755', folder]);
    cpSync(process.execPath, join(folder, 'node'));
    const copied = 'src/sandbox/volumes';
    for (const name of [`${copied}/means.ts`, `${copied}/programs.ts`, 'src/errors.ts']) {
      cpSync(join(import.meta.dirname, '../../..', name), join(folder, name));
    }
    const code = `import { findVolumeMeans } from '${folder}/${copied}/means.ts'; console.log(JSON.stringify(await findVolumeMeans()))`;
    const node = [join(folder, 'node'), '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code];
    const [program, ...args] = [...prefix, ...node];
    const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: '/' });
    assert.notEqual(stdout, '', stderr);
    return JSON.parse(stdout) as VolumeMeans;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
