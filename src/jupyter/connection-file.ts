import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isIPv4 } from 'node:net';

import { z } from 'zod';

import { BelljarError } from '../errors.ts';

/** The channels of Jupyter's protocol; each has a port, whatever the transport. */
export const channelNames = ['shell', 'iopub', 'stdin', 'control', 'hb'] as const;
export type ChannelName = (typeof channelNames)[number];

/** What the client chose: where it will connect, and the key that signs the messages. */
export interface Connection {
  readonly listenAt: Readonly<Record<ChannelName, ListenAddress>>;
  readonly key: string;
  readonly signatureScheme: string;
  readonly kernelName: string;
}

export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

const maxBytes = 64 * 1024;
const port = z.int().min(1, 'is no port that can be connected to').max(65535);

const connectionFile = z
  .object({
    transport: z.enum(['tcp', 'ipc']).default('tcp'),
    ip: z.string().min(1).max(4096),
    shell_port: port,
    iopub_port: port,
    stdin_port: port,
    control_port: port,
    hb_port: port,
    key: z.string().max(4096).default(''),
    signature_scheme: z.string().max(100).default('hmac-sha256'),
    kernel_name: z.string().max(1000).default(''),
  })
  .refine(({ transport, ip }) => transport === 'ipc' || isLoopback(ip), {
    path: ['ip'],
    error: 'is no loopback address: others could reach the kernel there',
  });

/**
 * Reads the file that a Jupyter client wrote for the kernel that it starts.
 *
 * @throws INPUT_UNREADABLE where there is none, or it is not one that a kernel can be reached by from this machine alone.
 */
export async function readConnectionFile(path: string): Promise<Connection> {
  return parseConnection(await readBounded(path), path);
}

/** @throws INPUT_UNREADABLE */
export function parseConnection(text: string, path: string): Connection {
  const { success, data, error } = connectionFile.safeParse(parseJson(text));
  if (!success) {
    const said = error.issues.map(({ path: where, message }) => `${where.join('.') || 'it'} ${message}`).join('; ');
    throw new BelljarError('INPUT_UNREADABLE', `${path} is no connection file of Jupyter: ${said}`);
  }
  const addresses = channelNames.map((name) => [name, addressOf(data, data[`${name}_port`])] as const);
  return {
    listenAt: Object.fromEntries(addresses) as Record<ChannelName, ListenAddress>,
    key: data.key,
    signatureScheme: data.signature_scheme,
    kernelName: data.kernel_name,
  };
}

/** Sockets of a client that asked for unix ones are called so by ZeroMQ. */
function addressOf({ transport, ip }: z.infer<typeof connectionFile>, number: number): ListenAddress {
  if (transport === 'ipc') return { path: `${ip}-${number}` };
  return { host: ip === 'localhost' ? '127.0.0.1' : ip, port: number };
}

function isLoopback(ip: string): boolean {
  return ip === 'localhost' || ip === '::1' || (isIPv4(ip) && ip.startsWith('127.'));
}

/** What is no file is not read: a pipe or a device may go on without end, or wait for somebody. */
async function readBounded(path: string): Promise<string> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return await readWhole(file, path);
  } catch (cause) {
    if (cause instanceof BelljarError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw new BelljarError('INPUT_UNREADABLE', `cannot read the connection file ${path}: ${code}`, { cause });
  }
  throw new BelljarError('INPUT_UNREADABLE', `${path} is no connection file: it is no file`);
}

async function readWhole(file: FileHandle, path: string): Promise<string> {
  const room = Buffer.alloc(maxBytes + 1);
  let size = 0;
  for (let count = -1; count !== 0 && size < room.length; size += count) {
    count = (await file.read(room, size, room.length - size)).bytesRead;
  }
  if (size <= maxBytes) return room.toString('utf8', 0, size);
  throw new BelljarError('INPUT_UNREADABLE', `${path} is too large for a connection file`);
}

/** What is no JSON at all is told as what it lacks. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
