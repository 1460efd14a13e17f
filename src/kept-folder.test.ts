import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { needs, root } from '../test/support/prerequisite.ts';
import { temporaryFolder } from '../test/support/temporary-folder.ts';
import { keepFolder } from './kept-folder.ts';

describe('keepFolder()', () => {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-kept-'));
  after(() => rmSync(folder, { recursive: true }));
  const base = (name: string): string => join(folder, name);
  const fill = (half: string): Promise<void> => writeFile(join(half, 'file'), 'content', { mode: 0o6777 });

  it('fills it once, for two that ask at the same time too', async () => {
    let filled = 0;
    const count = async (half: string): Promise<void> => {
      filled += 1;
      await fill(half);
    };
    const options = { base: base('once'), name: 'kept', fill: count };
    const [one, other] = await Promise.all([keepFolder(options), keepFolder(options)]);
    assert.equal(one, other);
    const before = filled;
    assert.equal(await keepFolder(options), one);
    assert.equal(filled, before);
    assert.deepEqual(readdirSync(options.base), ['kept']);
  });

  it('gives every uid the right to read and nobody else’s to write, whatever the umask and the modes inside', async () => {
    const before = process.umask(0);
    const kept = await keepFolder({ base: base('modes'), name: 'kept', fill }).finally(() => process.umask(before));
    assert.equal(statSync(kept).mode & 0o7777, 0o755);
    assert.equal(statSync(join(kept, 'file')).mode & 0o7777, 0o755);
    assert.equal(statSync(base('modes')).mode & 0o7777, 0o711);
  });

  it('shows nobody a half, and leaves none when filling fails', async () => {
    const fails = async (half: string): Promise<void> => {
      assert.equal(statSync(half).mode & 0o777, 0o700);
      await fill(half);
      throw new Error('no more space');
    };
    await assert.rejects(keepFolder({ base: base('fails'), name: 'kept', fill: fails }), /no more space/);
    assert.deepEqual(readdirSync(base('fails')), []);
  });

  it('takes nothing from a place that others can write to', async () => {
    mkdirSync(base('open'));
    chmodSync(base('open'), 0o777);
    await assert.rejects(keepFolder({ base: base('open'), name: 'kept', fill }), { code: 'HOME_UNUSABLE' });
    symlinkSync(base('modes'), base('link'));
    await assert.rejects(keepFolder({ base: base('link'), name: 'kept', fill }), { code: 'HOME_UNUSABLE' });
  });

  it('removes halves that killed processes left, and only old ones', async () => {
    const [old, young] = ['0f0f0f0f', '1f1f1f1f'].map((id) =>
      join(base('halves'), `kept.${id}-0000-4000-8000-000000000000`),
    );
    mkdirSync(base('halves'), { mode: 0o711 });
    for (const half of [old ?? '', young ?? '']) mkdirSync(half);
    utimesSync(old ?? '', 0, 0);
    await keepFolder({ base: base('halves'), name: 'kept', fill });
    assert.ok(!existsSync(old ?? ''));
    assert.ok(existsSync(young ?? ''));
  });
});

describe('keepFolder() on a full disk', needs(root), () => {
  it('says so, leaves no half, and fills it once there is room', async (context) => {
    const base = join(await temporaryFolder(context), 'disk');
    await mkdir(base, { mode: 0o700 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'belljar-test', base]);
    const fill = (folder: string): Promise<void> => writeFile(join(folder, 'large'), Buffer.alloc(500_000));
    const keep = (): Promise<string> => keepFolder({ base, name: 'kept', fill });
    try {
      await assert.rejects(keep(), { code: 'STORAGE_FULL', message: /no space is left/ });
      assert.deepEqual(await readdir(base), []);
      execFileSync('mount', ['-o', 'remount,size=4m', base]);
      assert.equal(await keep(), join(base, 'kept'));
    } finally {
      execFileSync('umount', ['-l', base]);
    }
  });
});
