import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

/** A unix socket of this machine, by which what is inside a sandbox reaches who serves it outside. */
export interface Bridge {
  /** The socket; to be shown inside, alone. */
  readonly hostPath: string;
  /** Takes no more connections and removes the socket; those that are open are left to who took them. */
  close(): void;
}

const prefix = 'belljar-bridge-';

/** As long as the path of a socket may be, with room for what comes after the folder. */
const maxBaseBytes = 40;

/**
 * Opens a bridge in a folder of its own, which nobody else on the machine can enter: inside, the socket is mounted, and
 * whoever is inside has another uid. `owner` says who made it, for the sweep.
 */
export async function openBridge(owner: string, accept: (connection: Duplex) => void): Promise<Bridge> {
  const folder = await mkdtemp(join(baseFolder(), `${prefix}${owner}-`));
  const hostPath = join(folder, 'socket');
  const server = createServer({ allowHalfOpen: true }, accept);
  const remove = (): void => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    server.listen({ path: hostPath, readableAll: true, writableAll: true });
    await once(server, 'listening');
  } catch (error) {
    remove();
    throw error;
  }
  return { hostPath, close: remove };
}

/** Removes the bridges of owners that are no more. */
export async function sweepBridges(isAbandoned: (owner: string) => boolean): Promise<void> {
  // Where it cannot be looked at, none can be opened either, and that will be told.
  const names = await readdir(baseFolder()).catch(() => []);
  for (const name of names) {
    const [, owner] = /^belljar-bridge-(.+)-[^-]{6}$/.exec(name) ?? [];
    if (owner === undefined || !isAbandoned(owner)) continue;
    const folder = join(baseFolder(), name);
    // Anybody can give a folder in a place for all such a name.
    const { uid } = await stat(folder).catch(() => ({ uid: -1 }));
    if (uid === process.getuid?.()) await rm(folder, { recursive: true, force: true });
  }
}

function baseFolder(): string {
  return Buffer.byteLength(tmpdir()) > maxBaseBytes ? '/tmp' : tmpdir();
}
