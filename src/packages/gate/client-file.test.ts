import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { addClient, readClients, removeClient, requireLongToken } from './client-file.ts';
import { hashToken } from './clients.ts';

test('addClient() keeps the hash of a token and never the token', async (context) => {
  const path = join(await temporaryFolder(context), 'gate', 'clients');
  assert.deepEqual(await readClients(path), []);
  const token = await addClient(path, { id: 'ci', view: 'strict' });
  const second = await addClient(path, { id: 'desk', view: 'plan' });
  assert.deepEqual(
    (await readClients(path)).map(({ id, tokenHash, view }) => [id, tokenHash, view]),
    [
      ['ci', hashToken(token), 'strict'],
      ['desk', hashToken(second), 'plan'],
    ],
  );
  assert.deepEqual((await readdir(path)).sort(), ['ci.json', 'desk.json']);
  for (const name of await readdir(path)) {
    assert.doesNotMatch(await readFile(join(path, name), 'utf8'), new RegExp(`${token}|${second}`));
    assert.equal((await stat(join(path, name))).mode & 0o777, 0o600);
  }
  await assert.rejects(addClient(path, { id: 'ci', view: 'strict' }), { code: 'USAGE', hint: /--revoke/ });
  assert.equal((await readClients(path))[0]?.tokenHash, hashToken(token), 'whoever has the token keeps it');
  assert.deepEqual((await readdir(path)).sort(), ['ci.json', 'desk.json']);
  assert.deepEqual([await removeClient(path, 'ci'), await removeClient(path, 'ci')], [true, false]);
  assert.deepEqual(
    (await readClients(path)).map(({ id }) => id),
    ['desk'],
  );
});

test('addClient() keeps all that are added at once, and removeClient() takes away one of them alone', async (context) => {
  const path = join(await temporaryFolder(context), 'clients');
  const ids = Array.from({ length: 8 }, (_, index) => `c${index}`);
  const tokens = await Promise.all(ids.map((id) => addClient(path, { id, view: 'strict' })));
  const kept = (await readClients(path)).map(({ id, tokenHash }) => [id, tokenHash]);
  assert.deepEqual(
    kept,
    ids.map((id, index) => [id, hashToken(tokens[index] ?? '')]),
  );
  await Promise.all([removeClient(path, 'c0'), removeClient(path, 'c1'), addClient(path, { id: 'c8', view: 'plan' })]);
  assert.deepEqual(
    (await readClients(path)).map(({ id }) => id),
    [...ids.slice(2), 'c8'],
  );
});

test('addClient() refuses what is no name, and readClients() a file that it does not understand', async (context) => {
  const path = join(await temporaryFolder(context), 'clients');
  for (const id of ['', '../x', 'a b', 'é', 'x'.repeat(65)]) {
    await assert.rejects(addClient(path, { id, view: 'strict' }), { code: 'USAGE' }, id);
    assert.equal(await removeClient(path, id), false);
  }
  await mkdir(path);
  await writeFile(join(path, 'ci.json'), '{"id":"ci"}');
  await assert.rejects(readClients(path), { code: 'INPUT_UNREADABLE' });
  await removeClient(path, 'ci');
  await addClient(path, { id: 'ci', view: 'strict' });
  assert.equal((await readClients(path)).length, 1);
});

test('requireLongToken() takes what nobody guesses', () => {
  const good = 'a-token-of-a-person-who-knows';
  assert.equal(requireLongToken(good), good);
  for (const bad of ['', 'short', 'with a space in between', 'with/a/slash/in/it/somewhere', 'ümlaut-ümlaut-ümlaut']) {
    assert.throws(() => requireLongToken(bad), { code: 'USAGE' }, bad);
  }
});
