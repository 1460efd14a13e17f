import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { readWish } from './wish-file.ts';

const sha256 = 'ab'.repeat(32);

function lockWith(marker: string): string {
  const wheel = `{ name = "dep-1.0-py3-none-any.whl", hashes = { sha256 = "${sha256}" } }`;
  const head = 'lock-version = "1.0"\ncreated-by = "test"\n[[packages]]\nname = "dep"\nversion = "1.0"\n';
  return `${head}marker = ${JSON.stringify(marker)}\nwheels = [${wheel}]\n`;
}

async function write(context: TestContext, name: string, text: string): Promise<string> {
  const file = join(await temporaryFolder(context), name);
  await writeFile(file, text);
  return file;
}

describe('readWish()', () => {
  it('takes a lock that is longer than a wish may be, and reads no file to its end that is too long', async (context) => {
    const padding = `#${' '.repeat(1023)}\n`.repeat(2048);
    const lock = await write(context, 'pylock.toml', padding + lockWith("python_version>'3'"));
    assert.equal((await readWish({ texts: [], files: [lock] })).requirements.length, 1);
    const wish = await write(context, 'wish.txt', padding);
    await assert.rejects(readWish({ texts: [], files: [wish] }), { code: 'INPUT_UNREADABLE', message: /1048576/ });
    await assert.rejects(readWish({ texts: [], files: ['/dev/zero'] }), {
      code: 'INPUT_UNREADABLE',
      message: /larger/,
    });
    await assert.rejects(readWish({ texts: [], files: ['/nowhere'] }), { message: /cannot read .*ENOENT/ });
  });

  it('takes what a lock holds, with its conditions, as these files and nothing else', async (context) => {
    const file = await write(context, 'pylock.toml', lockWith("python_version>'3'"));
    const { requirements } = await readWish({ texts: ['other>=1'], files: [file] });
    assert.deepEqual(requirements[0]?.name, 'other');
    assert.deepEqual(requirements[1], {
      ...{ name: 'dep', extras: [], specifier: '==1.0', marker: 'python_version > "3"', sha256s: [sha256] },
      source: { from: file },
    });
  });

  for (const marker of [
    'python_version > "3"\nintruder',
    'python_version > "3"\n-r /etc/hostname',
    'python_version > "3"\n--index-url http://other.example/simple',
    'no marker at all',
    '"x" in extras',
  ]) {
    it(`refuses a lock with the marker ${JSON.stringify(marker)}`, async (context) => {
      const file = await write(context, 'pylock.toml', lockWith(marker));
      await assert.rejects(readWish({ texts: [], files: [file] }), { code: 'WISH_INVALID' });
    });
  }
});
