import { join } from 'node:path';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import { type HandlingTerms, inspectionBackend, type ReadingLimits, Turns } from '../../packages/index.ts';
import type { Backend } from '../../sandbox/index.ts';
import { Running, SealedFolders, sealInto, type TreeFault } from '../sealed/index.ts';
import { fillWheel, type WheelToStore } from './fill-wheel.ts';
import { openManifest } from './manifest.ts';
import { requireOwnName } from './refuse-wheel.ts';
import type { StoredWheel } from './stored-wheel.ts';

export interface WheelStoreOptions {
  /** The folder of all environments. */
  readonly folder: string;
  /** Where the sandbox keeps what it can make again. */
  readonly cacheFolder: string;
  readonly limits?: Partial<ReadingLimits> | undefined;
  /** What unpacking may take; as the built-in policy has it where left out. */
  readonly terms?: (() => HandlingTerms) | undefined;
  /** How many wheels are unpacked at once. */
  readonly workers?: number | undefined;
  readonly backend?: Backend | undefined;
}

/** Wheels that were unpacked once, each below a name that is its sha256. */
export class WheelStore {
  readonly #options: WheelStoreOptions;
  readonly #backend: Backend;
  readonly #turns: Turns;
  readonly #running = new Running<StoredWheel>();
  readonly #folders = new SealedFolders<StoredWheel>(openManifest);

  constructor(options: WheelStoreOptions) {
    this.#options = options;
    this.#backend = options.backend ?? inspectionBackend(options.cacheFolder);
    this.#turns = new Turns(options.workers ?? 2);
  }

  /**
   * The stored wheel, which is unpacked first where it is not there yet.
   *
   * @throws WHEEL_REFUSED for what the wheel is, STORAGE_FULL and ENVIRONMENT_UNKEPT where the disk does not take it,
   * INPUT_UNREADABLE, ARTIFACT_MISMATCH, CANCELLED, and what keeps a sandbox from being made; nothing is left then.
   */
  async ensure(wheel: WheelToStore): Promise<StoredWheel> {
    refuseWhenCancelled(wheel.signal);
    const found = await this.find(wheel.sha256);
    const stored = found ?? (await this.#running.share(wheel.sha256, wheel.signal, () => this.#store(wheel)));
    requireOwnName(stored, wheel.filename);
    return stored;
  }

  /** A wheel that is there and whole, as far as can be seen at a glance. */
  find(sha256: string): Promise<StoredWheel | undefined> {
    return this.#folders.find(this.#placeOf(sha256));
  }

  /** What differs from what was stored, every file read again; undefined where there is no such wheel. */
  verify(sha256: string, signal?: AbortSignal): Promise<readonly TreeFault[] | undefined> {
    return this.#folders.verify(this.#placeOf(sha256), signal);
  }

  async #store(wheel: WheelToStore): Promise<StoredWheel> {
    using _turn = await this.#turns.take(wheel.signal);
    const { folder: environmentsFolder, limits, terms } = this.#options;
    await sealInto({
      what: wheel.filename,
      environmentsFolder,
      place: this.#placeOf(wheel.sha256),
      isThere: async () => (await this.find(wheel.sha256)) !== undefined,
      fill: (half) => fillWheel(half, wheel, { backend: this.#backend, limits, terms: terms?.() }),
    });
    const stored = await this.find(wheel.sha256);
    if (stored !== undefined) return stored;
    throw new BelljarError('ENVIRONMENT_UNKEPT', `${wheel.filename} was stored, and is not there any more`);
  }

  #placeOf(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new BelljarError('INTERNAL', 'a wheel is named by its sha256');
    return join(this.#options.folder, 'wheels', sha256.slice(0, 2), sha256);
  }
}
