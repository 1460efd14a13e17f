import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { uvWheel } from '../packages/uv.ts';
import { openPackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { type BuiltFile, makeWheel } from '../support/wheels.ts';

const asker = { actor: { id: 'user-1', kind: 'user' }, role: 'owner' } as const;
const endBytes = 22;

describe('acquire() of a wheel of very many files', needs(root, bubblewrap, python, uvWheel), () => {
  it('refuses 300,000 before one is unpacked, leaves nothing, and takes 1,000', async (context) => {
    const { belljar, home, index } = await openPackageHome(context);
    const environments = join(home, 'environments');
    const acquire = async (name: string, file: BuiltFile) => {
      index.setProject({ name, files: [{ file, uploadTime: '2020-01-01T00:00:00Z' }] });
      const { lock, verdict } = await belljar.packages.plan({ requirements: [name], ...asker });
      assert.ok(lock !== undefined, verdict);
      return belljar.environments.acquire({ lock: lock.digest, asker });
    };
    await assert.rejects(acquire('many', manyFiles('many', 300_000)), (error: Error & { code: string }) => {
      assert.equal(error.code, 'POLICY_DENIED', error.message);
      assert.match(error.message, /it holds 300003 files; 200000 are let in/);
      return true;
    });
    assert.deepEqual(await Array.fromAsync(glob('{half,built,wheels,bytecode}/**/*.*', { cwd: environments })), []);
    using lease = await acquire('some', manyFiles('some', 1_000));
    assert.equal(lease.isNew, true);
  });
});

function manyFiles(name: string, count: number): BuiltFile {
  const files = Object.fromEntries(Array.from({ length: count }, (_, at) => [`${name}/d${at % 100}/${at}.txt`, 'x']));
  const wheel = makeWheel({
    name,
    files,
    headers: ['License-Expression: MIT'],
    change: (entries) => entries.map((entry) => ({ ...entry, method: 'stored' })),
    zip: { claimedCount: Math.min(count + 3, 0xffff) },
  });
  return count + 3 < 0xffff ? wheel : withLargeCount(wheel, count + 3);
}

/** Says in a record of the larger kind what the small one cannot say. */
function withLargeCount(wheel: BuiltFile, count: number): BuiltFile {
  const end = wheel.bytes.length - endBytes;
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(45, 12);
  record.writeUInt16LE(45, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(wheel.bytes.readUInt32LE(end + 12)), 40);
  record.writeBigUInt64LE(BigInt(wheel.bytes.readUInt32LE(end + 16)), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(end), 8);
  locator.writeUInt32LE(1, 16);
  const bytes = Buffer.concat([wheel.bytes.subarray(0, end), record, locator, wheel.bytes.subarray(end)]);
  return { ...wheel, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
