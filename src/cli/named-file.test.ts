import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { readNamedFile } from './named-file.ts';

test('readNamedFile() reads UTF-8, and says what it cannot read and why', async (context) => {
  const folder = await temporaryFolder(context);
  const file = join(folder, 'file');
  await writeFile(file, 'é漢\n');
  assert.equal(await readNamedFile(file), 'é漢\n');
  await writeFile(file, Buffer.from([0x61, 0xff]));
  const code = 'INPUT_UNREADABLE';
  await assert.rejects(readNamedFile(file), { code, message: `${file} is not UTF-8 text` });
  await assert.rejects(readNamedFile(folder), { code, message: `cannot read ${folder}: EISDIR` });
  const missing = join(folder, 'missing');
  await assert.rejects(readNamedFile(missing), { code, message: `cannot read ${missing}: ENOENT` });
});
