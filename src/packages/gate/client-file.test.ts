import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { addClient, readClients, removeClient, requireLongToken } from './client-file.ts';
import { hashToken } from './clients.ts';

test('addClient() keeps the hash of a token and never the token', async (context) => {
  const path = join(await temporaryFolder(context), 'gate', 'clients.json');
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
  assert.doesNotMatch(await readFile(path, 'utf8'), new RegExp(`${token}|${second}`));
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const renewed = await addClient(path, { id: 'ci', view: 'strict' });
  assert.notEqual(renewed, token);
  assert.equal((await readClients(path)).length, 2);
  assert.deepEqual([await removeClient(path, 'ci'), await removeClient(path, 'ci')], [true, false]);
  assert.deepEqual(
    (await readClients(path)).map(({ id }) => id),
    ['desk'],
  );
});

test('addClient() refuses what is no name, and a file that it does not understand', async (context) => {
  const path = join(await temporaryFolder(context), 'clients.json');
  for (const id of ['', '../x', 'a b', 'é', 'x'.repeat(65)]) {
    await assert.rejects(addClient(path, { id, view: 'strict' }), { code: 'USAGE' }, id);
  }
  await writeFile(path, '{"clients":[{"id":"ci"}]}');
  await assert.rejects(addClient(path, { id: 'ci', view: 'strict' }), { code: 'INPUT_UNREADABLE' });
});

test('requireLongToken() takes what nobody guesses', () => {
  const good = 'a-token-of-a-person-who-knows';
  assert.equal(requireLongToken(good), good);
  for (const bad of ['', 'short', 'with a space in between', 'with/a/slash/in/it/somewhere', 'ümlaut-ümlaut-ümlaut']) {
    assert.throws(() => requireLongToken(bad), { code: 'USAGE' }, bad);
  }
});
