import { mkdir, rmdir } from 'node:fs/promises';

import type { VolumeLayout } from './layout.ts';
import { type IsGone, Presence } from './presence.ts';
import { sweepVolumes } from './sweep.ts';

/** The time in which this process makes, uses or removes volumes of a home, from the first to the last. */
export interface Visit {
  /** What this process is called by while it lasts; a name that is gone never comes back. */
  readonly server: string;
  /** A name for what is half-made, by which a sweep knows whose it is. */
  readonly nextMark: () => string;
  readonly leave: () => Promise<void>;
}

interface Stay {
  readonly server: string;
  readonly presence: Promise<Presence>;
  users: number;
}

export interface VisitsOptions {
  readonly nextServer: () => string;
  readonly isGone: IsGone;
}

/** Shares one visit between all that use volumes at the same time. */
export class Visits {
  readonly #options: VisitsOptions;
  #stay: Stay | undefined;
  #marks = 0;
  #hasLeft = false;

  constructor(options: VisitsOptions) {
    this.#options = options;
  }

  /** @throws WORKSPACE_UNUSABLE */
  async enter(layout: VolumeLayout): Promise<Visit> {
    this.#stay ??= this.#begin(layout);
    const stay = this.#stay;
    stay.users += 1;
    const { server } = stay;
    const leave = (): Promise<void> => this.#leave(layout, stay);
    try {
      await stay.presence;
    } catch (error) {
      await leave();
      throw error;
    }
    return { server, nextMark: () => `${server}.${(this.#marks += 1)}`, leave };
  }

  #begin(layout: VolumeLayout): Stay {
    const server = this.#options.nextServer();
    return { server, presence: this.#announce(layout, server), users: 0 };
  }

  async #announce(layout: VolumeLayout, server: string): Promise<Presence> {
    if (this.#hasLeft) await sweepVolumes(layout, this.#options.isGone);
    this.#hasLeft = false;
    const presence = await Presence.announce(layout, server);
    await mkdir(layout.mounted(server), { mode: 0o700 });
    return presence;
  }

  async #leave(layout: VolumeLayout, stay: Stay): Promise<void> {
    stay.users -= 1;
    if (stay.users > 0) return;
    this.#stay = undefined;
    await rmdir(layout.mounted(stay.server)).catch(() => (this.#hasLeft = true));
    (await stay.presence.catch(() => undefined))?.close();
  }
}
