import assert from 'node:assert/strict';
import { chmod, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { askPip } from './ask-pip.ts';

it('askPip() asks again only when something that decides has changed', async (context) => {
  const folder = await temporaryFolder(context);
  const [python, config, keptIn] = ['python', 'pip.conf', 'kept/pip.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  // In place of a Python: it says what its configuration says, and counts.
  await writeFile(
    python,
    `#!/bin/sh\necho x >> '${folder}/asked'\nprintf '{"url": "%s", "cert": null, "files": ["${config}", "${folder}/later.conf"]}' "$(cat '${config}')"\n`,
  );
  await chmod(python, 0o755);
  await writeFile(config, 'https://one.test/');
  const env = { PATH: process.env['PATH'], PIP_X: '1' };
  const ask = async (more = {}): Promise<string> =>
    (await askPip({ python, env: { ...env, ...more }, keptIn, signal: undefined })).url;
  const asked = async (): Promise<number> => (await readFile(join(folder, 'asked'), 'utf8')).length / 2;

  assert.deepEqual(
    [await ask(), await ask({ OTHER: 'x' }), await asked()],
    ['https://one.test/', 'https://one.test/', 1],
  );
  await writeFile(config, 'https://two.test/');
  await utimes(config, 1, 1);
  assert.deepEqual([await ask(), await ask(), await asked()], ['https://two.test/', 'https://two.test/', 2]);
  await writeFile(join(folder, 'later.conf'), '');
  assert.deepEqual([await ask(), await asked()], ['https://two.test/', 3]);
  assert.deepEqual([await ask({ PIP_X: '2' }), await asked()], ['https://two.test/', 4]);
  await utimes(keptIn, 1, 1);
  assert.deepEqual([await ask({ PIP_X: '2' }), await asked()], ['https://two.test/', 5]);
  await writeFile(keptIn, '{"url": "https://evil');
  assert.deepEqual([await ask(), await asked()], ['https://two.test/', 6]);
  await rm(keptIn);
  await writeFile(config, 'https://me:s3cret@three.test/');
  assert.deepEqual(
    [await ask(), await ask(), await asked()],
    ['https://me:s3cret@three.test/', 'https://me:s3cret@three.test/', 8],
  );
  await assert.rejects(readFile(keptIn), /ENOENT/);
});
