import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { OtherProcess } from '../../test/storage/other-process.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { needs, root } from '../../test/support/prerequisite.ts';
import { ensureSigningKey, loadSigningKey, parsePublicKey, privateKeyFile, publicKeyFile } from './signing-key.ts';

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

test('ensureSigningKey makes a key that only its owner can read, and finds it again', async (context) => {
  const folder = join(await temporaryFolder(context), 'keys');
  assert.equal(await loadSigningKey(folder), undefined);
  const made = await ensureSigningKey(folder);
  assert.equal(made.privateKey.asymmetricKeyType, 'ed25519');
  assert.equal(await modeOf(folder), 0o700);
  assert.equal(await modeOf(join(folder, privateKeyFile)), 0o600);
  assert.deepEqual((await readdir(folder)).sort(), [privateKeyFile, publicKeyFile]);
  assert.equal((await ensureSigningKey(folder)).keyId, made.keyId);
  assert.equal((await loadSigningKey(folder))?.keyId, made.keyId);
});

test('the public half is a file of its own, and is written again when it is lost', async (context) => {
  const folder = join(await temporaryFolder(context), 'keys');
  const made = await ensureSigningKey(folder);
  const path = join(folder, publicKeyFile);
  const pem = await readFile(path, 'utf8');
  assert.match(pem, /^-----BEGIN PUBLIC KEY-----/);
  assert.equal(parsePublicKey(pem, path).keyId, made.keyId);
  await rm(path);
  await ensureSigningKey(folder);
  assert.equal(await readFile(path, 'utf8'), pem);
});

test('all who ask at once get the same key', async (context) => {
  const folder = join(await temporaryFolder(context), 'keys');
  const here = await Promise.all(Array.from({ length: 8 }, () => ensureSigningKey(folder)));
  assert.equal(new Set(here.map(({ keyId }) => keyId)).size, 1);
  assert.deepEqual((await readdir(folder)).sort(), [privateKeyFile, publicKeyFile], 'nothing is left over');
});

test('two processes at once get the same key', async (context) => {
  const folder = join(await temporaryFolder(context), 'keys');
  const fixture = new URL('../../test/record/fixtures/print-key-id.ts', import.meta.url);
  const processes = Array.from({ length: 3 }, () => new OtherProcess(fixture, [folder]));
  const ids = await Promise.all(processes.map((each) => each.nextLine()));
  await Promise.all(processes.map((each) => each.exit()));
  assert.equal(new Set(ids).size, 1);
  assert.equal((await loadSigningKey(folder))?.keyId, ids[0]);
});

test('a key that others can get at is refused', async (context) => {
  const folder = join(await temporaryFolder(context), 'keys');
  const { keyId } = await ensureSigningKey(folder);
  const path = join(folder, privateKeyFile);
  for (const [target, wrong, right] of [
    [path, 0o640, 0o600],
    [path, 0o604, 0o600],
    [folder, 0o710, 0o700],
  ] as const) {
    await chmod(target, wrong);
    await assert.rejects(loadSigningKey(folder), { code: 'KEY_UNUSABLE', hint: /chmod go-rwx/ });
    await assert.rejects(ensureSigningKey(folder), { code: 'KEY_UNUSABLE' });
    await chmod(target, right);
  }
  assert.equal((await loadSigningKey(folder))?.keyId, keyId);
});

test('a key of another owner is refused', needs(root), async (context) => {
  const folder = join(await temporaryFolder(context), 'keys');
  await ensureSigningKey(folder);
  await chown(join(folder, privateKeyFile), 12_345, 12_345);
  await assert.rejects(loadSigningKey(folder), { code: 'KEY_UNUSABLE', message: /12345/ });
});

test('a link in the place of a key is refused', async (context) => {
  const folder = join(await temporaryFolder(context), 'keys');
  await ensureSigningKey(folder);
  const path = join(folder, privateKeyFile);
  await rename(path, join(folder, 'elsewhere'));
  await symlink('elsewhere', path);
  await assert.rejects(loadSigningKey(folder), { code: 'KEY_UNUSABLE', message: /link/ });
});

test('what is no Ed25519 key is refused, and not written over', async (context) => {
  const folder = join(await temporaryFolder(context), 'keys');
  await mkdir(folder, { mode: 0o700 });
  const path = join(folder, privateKeyFile);
  const { privateKey } = generateKeyPairSync('x25519');
  for (const content of ['', 'nonsense', privateKey.export({ type: 'pkcs8', format: 'pem' })]) {
    await writeFile(path, content, { mode: 0o600 });
    await assert.rejects(ensureSigningKey(folder), { code: 'KEY_UNUSABLE' });
    assert.equal(await readFile(path, 'utf8'), content);
  }
  assert.throws(() => parsePublicKey('nonsense', 'a file'), { code: 'KEY_UNUSABLE', message: /a file/ });
});

test('a folder that cannot be made is reported', async (context) => {
  const file = join(await temporaryFolder(context), 'file');
  await writeFile(file, '');
  await assert.rejects(ensureSigningKey(join(file, 'keys')), { code: 'KEY_UNUSABLE' });
});
