import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import { link, lstat, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { BelljarError } from '../errors.ts';

export interface VerifyingKey {
  /** SHA-256 of the public key in DER (SPKI), in hex. */
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

export interface SigningKey extends VerifyingKey {
  readonly privateKey: KeyObject;
}

export const privateKeyFile = 'record.key';
export const publicKeyFile = 'record.pub';

/**
 * The key that signs checkpoints, made at its first use. Two processes at once get the same one.
 *
 * @throws KEY_UNUSABLE where it cannot be made or read, or others can get at it.
 */
export async function ensureSigningKey(folder: string): Promise<SigningKey> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const existing = await loadSigningKey(folder);
    if (existing === undefined) await createPrivateHalf(folder);
    const key = existing ?? (await loadSigningKey(folder));
    if (key === undefined) throw unusable(`the key made in ${folder} is gone again`, undefined);
    await ensurePublicHalf(folder, key);
    return key;
  } catch (cause) {
    throw cause instanceof BelljarError ? cause : unusable(`cannot make a key in ${folder}`, cause);
  }
}

/**
 * The same key where there is one, for who only checks signatures.
 *
 * @throws KEY_UNUSABLE
 */
export async function loadSigningKey(folder: string): Promise<SigningKey | undefined> {
  const path = join(folder, privateKeyFile);
  try {
    await refuseOpenToOthers(folder, 'isDirectory');
    await refuseOpenToOthers(path, 'isFile');
    const privateKey = createPrivateKey(await readFile(path));
    if (privateKey.asymmetricKeyType !== 'ed25519') throw unusable(`${path} is no Ed25519 key`, undefined);
    return { privateKey, ...toVerifyingKey(createPublicKey(privateKey)) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error instanceof BelljarError ? error : unusable(`cannot read ${path}`, error);
  }
}

/**
 * A public key in PEM, as `record.pub` holds it.
 *
 * @throws KEY_UNUSABLE
 */
export function parsePublicKey(pem: string | Buffer, source: string): VerifyingKey {
  try {
    const publicKey = createPublicKey(pem);
    if (publicKey.asymmetricKeyType === 'ed25519') return toVerifyingKey(publicKey);
  } catch (cause) {
    throw unusable(`${source} holds no public key`, cause);
  }
  throw unusable(`${source} is no Ed25519 key`, undefined);
}

function toVerifyingKey(publicKey: KeyObject): VerifyingKey {
  return { publicKey, keyId: hash('sha256', publicKey.export({ type: 'spki', format: 'der' })) };
}

async function createPrivateHalf(folder: string): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeOnce(join(folder, privateKeyFile), privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
}

async function ensurePublicHalf(folder: string, { publicKey }: SigningKey): Promise<void> {
  const path = join(folder, publicKeyFile);
  try {
    await lstat(path);
  } catch {
    await writeOnce(path, publicKey.export({ type: 'spki', format: 'pem' }), 0o644);
  }
}

/** Whole, on the disk, and never over what is there: the first of two processes wins. */
async function writeOnce(path: string, content: string | Buffer, mode: number): Promise<void> {
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  const file = await open(temporary, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
    await link(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await file.close();
    await unlink(temporary);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

async function refuseOpenToOthers(path: string, kind: 'isDirectory' | 'isFile'): Promise<void> {
  const found = await lstat(path);
  const self = process.getuid?.();
  if (!found[kind]()) throw unusable(`${path} is not what it should be (a link, or another kind of file)`, undefined);
  if (self !== undefined && found.uid !== self) {
    throw unusable(`${path} belongs to uid ${found.uid}, not to uid ${self} that runs Belljar`, undefined);
  }
  if ((found.mode & 0o077) !== 0) {
    const hint = `Run: chmod go-rwx ${path}; if others could read the private key, replace it.`;
    throw new BelljarError('KEY_UNUSABLE', `others than its owner can get at ${path}`, { hint });
  }
}

function unusable(message: string, cause: unknown): BelljarError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new BelljarError('KEY_UNUSABLE', `${message}${why}`, { cause });
}
