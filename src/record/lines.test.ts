import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { readLines } from './lines.ts';

const maxBytes = 1000;

test('readLines gives each line, with or without a last line feed', async (context) => {
  const path = join(await temporaryFolder(context), 'file');
  for (const [text, lines] of [
    ['', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['a\n\nb', ['a', '', 'b']],
    ['é😀\r\nb\u2028c\n', ['é😀\r', 'b\u2028c']],
  ] as const) {
    await writeFile(path, text);
    assert.deepEqual(await Array.fromAsync(readLines(path, { maxBytes })), lines);
  }
});

test('readLines keeps characters whole that fall between two reads', async (context) => {
  const path = join(await temporaryFolder(context), 'file');
  const lines = Array.from({ length: 3000 }, (_, index) => `${'😀'.repeat(index % 50)}${index}`);
  await writeFile(path, lines.join('\n'));
  assert.deepEqual(await Array.fromAsync(readLines(path, { maxBytes })), lines);
});

test('readLines refuses a line without end', async (context) => {
  const path = join(await temporaryFolder(context), 'file');
  await writeFile(path, `short\n${'x'.repeat(5_000_000)}`);
  await assert.rejects(Array.fromAsync(readLines(path, { maxBytes })), {
    code: 'RECORD_INVALID',
    message: /longer than 1000/,
  });
});

test('readLines says which file it cannot read', async (context) => {
  const folder = await temporaryFolder(context);
  for (const path of [join(folder, 'missing'), folder]) {
    await assert.rejects(Array.fromAsync(readLines(path, { maxBytes })), {
      code: 'INPUT_UNREADABLE',
      message: new RegExp(path),
    });
  }
});
