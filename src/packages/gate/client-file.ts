import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

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

const fileSchema = z.strictObject({ clients: z.array(entrySchema) });

export interface NewClient {
  readonly id: string;
  readonly view: StoredClient['view'];
}

/** The clients of a file; none where there is no file. @throws INPUT_UNREADABLE */
export async function readClients(path: string): Promise<StoredClient[]> {
  let text;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unreadable(path, cause);
  }
  try {
    return fileSchema.parse(JSON.parse(text)).clients;
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/**
 * Adds a client, or gives one of that name a new token. The token is told once: the file only has its hash.
 *
 * @throws USAGE, INPUT_UNREADABLE
 */
export async function addClient(path: string, { id, view }: NewClient): Promise<string> {
  if (!entrySchema.shape.id.safeParse(id).success) {
    throw new BelljarError('USAGE', `“${id}” cannot be the name of a client`, {
      hint: 'Take letters, digits, “.”, “_” and “-”.',
    });
  }
  const token = makeToken();
  const entry = { id, tokenHash: hashToken(token), view, createdAt: new Date().toISOString() };
  const others = (await readClients(path)).filter((each) => each.id !== id);
  await writeClients(path, [...others, entry]);
  return token;
}

/** Resolves to whether there was one. @throws INPUT_UNREADABLE */
export async function removeClient(path: string, id: string): Promise<boolean> {
  const clients = await readClients(path);
  const others = clients.filter((each) => each.id !== id);
  if (others.length === clients.length) return false;
  await writeClients(path, others);
  return true;
}

/** A token that a person chose. @throws USAGE */
export function requireLongToken(token: string): string {
  if (token.length >= leastTokenLength && /^[\x21-\x7e]+$/.test(token) && !token.includes('/')) return token;
  throw new BelljarError('USAGE', `a token has at least ${leastTokenLength} visible ASCII characters, and no “/”`, {
    hint: 'Leave it out, and one is made.',
  });
}

async function writeClients(path: string, clients: readonly StoredClient[]): Promise<void> {
  const half = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeFile(half, `${JSON.stringify({ clients }, undefined, 2)}\n`, { mode: 0o600 });
    await rename(half, path);
  } finally {
    await rm(half, { force: true });
  }
}

function unreadable(path: string, cause: unknown): BelljarError {
  return new BelljarError('INPUT_UNREADABLE', `the clients of the gate cannot be read from ${path}`, { cause });
}
