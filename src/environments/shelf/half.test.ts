import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { halfFolder, makeHalf, sweepHalves } from './half.ts';

const ofTheDead = `
import { nextMark } from ${JSON.stringify(new URL('../../sandbox/index.ts', import.meta.url).href)};
console.log(nextMark());
`;

function markOfTheDead(): string {
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', ofTheDead], { encoding: 'utf8' });
  return stdout.trim();
}

describe('makeHalf()', () => {
  it('makes a folder of its own each time, for nobody else to enter', async (context) => {
    const environments = join(await temporaryFolder(context), 'environments');
    const [one, other] = [await makeHalf(environments), await makeHalf(environments)];
    assert.notEqual(one, other);
    assert.equal((await stat(one)).mode & 0o777, 0o700);
    assert.equal((await stat(environments)).mode & 0o777, 0o711);
  });
});

describe('sweepHalves()', () => {
  it('removes what the dead left, sealed folders too, and nothing of the living', async (context) => {
    const environments = join(await temporaryFolder(context), 'environments');
    const own = await makeHalf(environments);
    const left = join(halfFolder(environments), markOfTheDead());
    await mkdir(join(left, 'tree/site'), { recursive: true });
    await writeFile(join(left, 'tree/site/a.py'), '');
    await chmod(join(left, 'tree/site'), 0o555);
    assert.equal(await sweepHalves(environments), 1);
    assert.deepEqual(await readdir(halfFolder(environments)), [basename(own)]);
  });

  it('leaves what says nobody’s name for an hour', async (context) => {
    const environments = await temporaryFolder(context);
    const unnamed = join(halfFolder(environments), 'unnamed');
    await mkdir(unnamed, { recursive: true });
    assert.equal(await sweepHalves(environments), 0);
    const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
    await utimes(unnamed, longAgo, longAgo);
    assert.equal(await sweepHalves(environments), 1);
  });

  it('finds nothing where there was never anything', async (context) => {
    assert.equal(await sweepHalves(join(await temporaryFolder(context), 'none')), 0);
  });
});
