import { unlinkSync } from 'node:fs';
import { constants, open, rename } from 'node:fs/promises';
import { once } from 'node:events';
import { type Server, connect, createServer } from 'node:net';
import { join } from 'node:path';

import type { VolumeLayout } from './layout.ts';
import { unusable } from './unusable.ts';

/** Whether a server will never use any volume again. */
export type IsGone = (layout: VolumeLayout, server: string) => Promise<boolean>;

/**
 * Tells the other servers of a home that this one lives, also those that cannot see its processes (in another container,
 * say). The kernel takes connections for a socket until nobody listens there any more, however that came about.
 */
export class Presence {
  readonly #path: string;
  readonly #listener: Server;

  private constructor(path: string, listener: Server) {
    this.#path = path;
    this.#listener = listener;
  }

  /** @throws WORKSPACE_UNUSABLE where others could not be told: they would sweep what is in use. */
  static async announce(layout: VolumeLayout, server: string): Promise<Presence> {
    const folder = layout.servers();
    try {
      const listener = await within(folder, (short) => listen(join(short, `.${server}`)));
      // It has its name only when it listens, so that there is no moment at which it seems to be dead.
      await rename(join(folder, `.${server}`), join(folder, server));
      return new Presence(join(folder, server), listener);
    } catch (cause) {
      throw unusable('not-announced', `others cannot be told who uses the files: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  close(): void {
    this.#listener.close();
    try {
      unlinkSync(this.#path);
    } catch {
      // The next sweep does.
    }
  }
}

/** Only what is known for sure: any other answer than that nobody is there means that somebody may be. */
export async function isPresent(layout: VolumeLayout, server: string): Promise<boolean> {
  return within(layout.servers(), (short) => takesConnections(join(short, server))).catch(() => true);
}

/** A socket's path must be short; that of a home need not be. */
async function within<T>(folder: string, work: (short: string) => Promise<T>): Promise<T> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return await work(`/proc/self/fd/${handle.fd}`);
  } finally {
    await handle.close();
  }
}

async function listen(path: string): Promise<Server> {
  const listener = createServer((connection) => connection.destroy());
  listener.listen({ path, exclusive: true }); // by this process itself, also where it is one of a cluster
  await once(listener, 'listening');
  listener.on('error', () => undefined); // of one that asked: it counts us as living all the same
  return listener.unref();
}

async function takesConnections(path: string): Promise<boolean> {
  const connection = connect(path);
  try {
    await once(connection, 'connect');
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== 'ECONNREFUSED' && code !== 'ENOENT';
  } finally {
    connection.destroy();
  }
}
