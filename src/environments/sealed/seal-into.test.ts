import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { BelljarError } from '../../errors.ts';
import { halfFolder } from '../shelf/half.ts';
import { FolderWriter } from './folder-writer.ts';
import { sealInto, type SealOptions } from './seal-into.ts';

interface Bench {
  readonly environmentsFolder: string;
  readonly place: string;
  readonly seal: (options?: Partial<SealOptions>) => Promise<void>;
  readonly halves: () => string[];
}

async function prepare(context: TestContext): Promise<Bench> {
  const environmentsFolder = await temporaryFolder(context);
  const place = join(environmentsFolder, 'wheels/ab/abcd');
  const isThere = (): Promise<boolean> => Promise.resolve(existsSync(join(place, 'manifest.json')));
  const seal = (options: Partial<SealOptions> = {}): Promise<void> =>
    sealInto({ what: 'a thing', environmentsFolder, place, isThere, fill: (half) => fill(half, 'x'), ...options });
  return { environmentsFolder, place, seal, halves: () => readdirSync(halfFolder(environmentsFolder)) };
}

async function fill(half: string, text: string): Promise<string> {
  using writer = new FolderWriter(join(half, 'tree'));
  writer.open('a/b.txt');
  writer.write(Buffer.from(text));
  writer.close(false);
  await writer.seal();
  return `{"text":"${text}"}`;
}

const failing = (code: string): (() => Promise<string>) => {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
};

describe('sealInto()', () => {
  it('brings a tree and what tells of it into place, and leaves nothing beside', async (context) => {
    const { place, seal, halves } = await prepare(context);
    await seal();
    assert.equal(readFileSync(join(place, 'tree/a/b.txt'), 'utf8'), 'x');
    assert.equal(readFileSync(join(place, 'manifest.json'), 'utf8'), '{"text":"x"}');
    assert.equal(statSync(join(place, 'tree/a/b.txt')).mode & 0o777, 0o444);
    assert.equal(statSync(join(place, 'tree/a')).mode & 0o777, 0o555);
    assert.equal(statSync(place).mode & 0o777, 0o755);
    assert.deepEqual(halves(), []);
  });

  it('leaves what another one brought there meanwhile', async (context) => {
    const { place, seal, halves } = await prepare(context);
    await seal({ fill: async (half) => seal().then(() => fill(half, 'second')) });
    assert.equal(readFileSync(join(place, 'tree/a/b.txt'), 'utf8'), 'x');
    assert.deepEqual(halves(), []);
  });

  it('takes the place of what is damaged', async (context) => {
    const { place, seal, halves } = await prepare(context);
    mkdirSync(join(place, 'tree'), { recursive: true });
    writeFileSync(join(place, 'tree/rest'), 'rest');
    chmodSync(join(place, 'tree'), 0o555);
    await seal();
    assert.deepEqual(readdirSync(join(place, 'tree')), ['a']);
    assert.deepEqual(halves(), []);
  });

  it('leaves nothing where filling fails, and says why where it is the disk', async (context) => {
    const { place, seal, halves } = await prepare(context);
    const full = (error: unknown): boolean =>
      error instanceof BelljarError && error.code === 'STORAGE_FULL' && /the disk is full/.test(error.message);
    await assert.rejects(seal({ fill: failing('ENOSPC') }), full);
    await assert.rejects(seal({ fill: failing('EOTHER') }), /EOTHER/);
    assert.ok(!existsSync(place));
    assert.deepEqual(halves(), []);
    await seal();
    assert.ok(existsSync(place));
  });
});
