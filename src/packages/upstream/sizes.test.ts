import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { Sizes } from './sizes.ts';

it('Sizes keeps what it was told, and passes over lines that are broken', async (context) => {
  const path = join(await temporaryFolder(context), 'sizes');
  const [one, two, three] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
  const sizes = await Sizes.open(path);
  await sizes.set(one, 10);
  await appendFile(path, `nonsense\n${two} -1 .\n${three} 12`); // cut off by a crash
  await (await Sizes.open(path)).set(two, 20);
  const again = await Sizes.open(path);
  assert.deepEqual(
    [one, three].map((sha256) => again.get(sha256)),
    [10, undefined],
  );
  await again.set(two, 20);
  await again.set(one, 11);
  const last = await Sizes.open(path);
  assert.deepEqual(
    [one, two].map((sha256) => last.get(sha256)),
    [11, 20],
  );
});
