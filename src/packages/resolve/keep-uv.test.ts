import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { MemoryUpstream } from '../../../test/packages/memory-upstream.ts';
import { unpackUv, uvWheel } from '../../../test/packages/uv.ts';
import { needs } from '../../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { keepUv } from './keep-uv.ts';
import { findUvWheel, uvVersion } from './uv-release.ts';

const program = '#!/bin/sh\necho uv\n';
const member = 'uv-1.data/scripts/uv';

test('keepUv() keeps the program of the wheel whose hash was written down, and asks no index a second time', async (context) => {
  await using upstream = new MemoryUpstream();
  const { filename, sha256 } = upstream.addWheel({ name: 'uv', files: { [member]: program, 'other.txt': 'no' } });
  const base = join(await temporaryFolder(context), 'kept');
  const options = { upstream, base, wheel: { filename, sha256, member } };
  const folder = await keepUv(options);
  assert.equal(await readFile(join(folder, 'uv'), 'utf8'), program);
  assert.equal((await stat(join(folder, 'uv'))).mode & 0o777, 0o755);
  const asked = upstream.asked.length;
  assert.equal(await keepUv(options), folder);
  assert.equal(upstream.asked.length, asked);
});

test('keepUv() holds the index to the hash that was written down, not to the one on its page', async (context) => {
  const asked: (string | undefined)[] = [];
  await using upstream = new MemoryUpstream();
  const { filename } = upstream.addWheel({ name: 'uv', files: { [member]: program } });
  const watched = {
    findPage: (name: string) => upstream.findPage(name),
    fetchArtifact: (file: { sha256?: string | undefined }) => {
      asked.push(file.sha256);
      return Promise.reject(new Error('another file'));
    },
  };
  const sha256 = createHash('sha256').update('another').digest('hex');
  const base = join(await temporaryFolder(context), 'kept');
  await assert.rejects(keepUv({ upstream: watched, base, wheel: { filename, sha256, member } }), /another file/);
  assert.deepEqual(asked, [sha256]);
});

test('keepUv() says what is missing: the wheel on the index, the program in the wheel, a wheel for the machine', async (context) => {
  await using upstream = new MemoryUpstream();
  const base = join(await temporaryFolder(context), 'kept');
  const { filename, sha256 } = upstream.addWheel({ name: 'uv' });
  const wanted = { filename, sha256, member };
  await assert.rejects(keepUv({ upstream, base, wheel: wanted }), { code: 'UV_UNAVAILABLE', message: /holds no/ });
  const other = { ...wanted, filename: 'uv-2-py3-none-any.whl' };
  await assert.rejects(keepUv({ upstream, base, wheel: other }), { code: 'UV_UNAVAILABLE', message: /has no uv-2/ });
  assert.equal(findUvWheel('plan9', 'mips'), undefined);
});

test('keepUv() makes the real uv run', needs(uvWheel), async (context) => {
  const folder = await unpackUv(join(await temporaryFolder(context), 'kept'));
  assert.match(execFileSync(join(folder, 'uv'), ['--version'], { encoding: 'utf8' }), new RegExp(`^uv ${uvVersion}`));
});
