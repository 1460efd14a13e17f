import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';

import { TestCli } from '../support/cli.ts';
import { needs, python } from '../support/prerequisite.ts';

test('env pythons prints each Python with its path, and as JSON what identifies it', needs(python), async () => {
  using cli = new TestCli();
  const { code, stdout } = await cli.run(['env', 'pythons']);
  assert.equal(code, 0);
  assert.match(stdout, /^3\.\d+\.\d+ +\/.*python3/m);
  const json = await cli.run(['env', 'pythons', '--json']);
  const { pythons } = JSON.parse(json.stdout) as { pythons: { version: string; build: string; tag: string }[] };
  assert.match(pythons[0]?.build ?? '', /^[0-9a-f]{64}$/);
  assert.match(pythons[0]?.tag ?? '', /^cpython-3\d+/);
  await assert.rejects(readdir(cli.home), { code: 'ENOENT' }, 'looking makes no home');
});
