import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

import { BelljarError } from '../../errors.ts';
import { hashToken, leastTokenLength, makeToken } from './clients.ts';

const entrySchema = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  tokenHash: z.string().regex(/^[0-9a-f]{64}$/),
  view: z.enum(['plan', 'strict']),
  createdAt: z.iso.datetime(),
});
export type StoredClient = z.output<typeof entrySchema>;

const ending = '.json';

export interface NewClient {
  readonly id: string;
  readonly view: StoredClient['view'];
}

/** The clients of a folder, by their names; none where there is no folder. @throws INPUT_UNREADABLE */
export async function readClients(folder: string): Promise<StoredClient[]> {
  const clients = await Promise.all((await listFiles(folder)).map((path) => readClient(path)));
  return clients.filter((client) => client !== undefined);
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
      .sort()
      .map((name) => join(folder, name));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unreadable(folder, cause);
  }
}

/** Undefined where the client was removed since its file was listed. */
async function readClient(path: string): Promise<StoredClient | undefined> {
  try {
    return entrySchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(path, cause);
  }
}

/**
 * Adds a client. The token is told once: its file only has the hash. Each has a file of its own, so that two that are added at once do not undo each other.
 *
 * @throws USAGE where the name is none, or taken: whoever has its token would be shut out by another.
 */
export async function addClient(folder: string, { id, view }: NewClient): Promise<string> {
  if (!entrySchema.shape.id.safeParse(id).success) {
    throw new BelljarError('USAGE', `“${id}” cannot be the name of a client`, {
      hint: 'Take letters, digits, “.”, “_” and “-”.',
    });
  }
  const token = makeToken();
  await writeClient(folder, { id, tokenHash: hashToken(token), view, createdAt: new Date().toISOString() });
  return token;
}

/** Resolves to whether there was one. @throws INPUT_UNREADABLE */
export async function removeClient(folder: string, id: string): Promise<boolean> {
  if (!entrySchema.shape.id.safeParse(id).success) return false;
  const path = join(folder, `${id}${ending}`);
  try {
    await rm(path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw unreadable(path, cause);
  }
}

/** A token that a person chose. @throws USAGE */
export function requireLongToken(token: string): string {
  if (token.length >= leastTokenLength && /^[\x21-\x7e]+$/.test(token) && !token.includes('/')) return token;
  throw new BelljarError('USAGE', `a token has at least ${leastTokenLength} visible ASCII characters, and no “/”`, {
    hint: 'Leave it out, and one is made.',
  });
}

async function writeClient(folder: string, client: StoredClient): Promise<void> {
  const half = join(folder, `.${randomUUID()}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await writeFile(half, `${JSON.stringify(client, undefined, 2)}\n`, { mode: 0o600 });
    await link(half, join(folder, `${client.id}${ending}`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(client.id);
    throw error;
  } finally {
    await rm(half, { force: true });
  }
}

function taken(id: string): BelljarError {
  return new BelljarError('USAGE', `the client ${id} has a token already`, {
    hint: `Take it away first, with belljar gate token ${id} --revoke, or choose another name.`,
  });
}

function unreadable(path: string, cause: unknown): BelljarError {
  return new BelljarError('INPUT_UNREADABLE', `the clients of the gate cannot be read or changed in ${path}`, {
    cause,
  });
}
