import { join } from 'node:path';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import { type HandlingTerms, Turns } from '../../packages/index.ts';
import type { Backend } from '../../sandbox/index.ts';
import { Running, SealedFolders, sealInto, type TreeFault } from '../sealed/index.ts';
import type { StoredWheel } from '../wheel-store/index.ts';
import type { PythonBuild } from '../pythons/index.ts';
import { fillBytecode } from './fill-bytecode.ts';
import { compilerBackend } from './launch-compiler.ts';
import { openManifest } from './manifest.ts';
import type { StoredBytecode } from './stored-bytecode.ts';

export interface BytecodeStoreOptions {
  /** The folder of all environments. */
  readonly folder: string;
  /** Where the sandbox keeps what it can make again. */
  readonly cacheFolder: string;
  /** How many wheels are compiled at once. */
  readonly workers?: number | undefined;
  /** How long one module may take. */
  readonly moduleTimeMs?: number | undefined;
  /** What compiling may take; as the built-in policy has it where left out. */
  readonly terms?: (() => HandlingTerms) | undefined;
  /** Makes what starts the compiler of a Python. */
  readonly openBackend?: ((python: PythonBuild) => Backend) | undefined;
}

/** What the modules of wheels were compiled to, once for each build of Python. */
export class BytecodeStore {
  readonly #options: BytecodeStoreOptions;
  readonly #turns: Turns;
  readonly #running = new Running<StoredBytecode>();
  readonly #folders = new SealedFolders<StoredBytecode>(openManifest);
  readonly #backends = new Map<string, Backend>();

  constructor(options: BytecodeStoreOptions) {
    this.#options = options;
    this.#turns = new Turns(options.workers ?? 2);
  }

  /**
   * A wheel's compiled modules, which are compiled first where they are not there yet. What cannot be compiled is listed.
   *
   * @throws STORAGE_FULL, ENVIRONMENT_UNKEPT where the disk does not take it, CANCELLED, and what keeps a sandbox from being made.
   */
  async ensure(
    wheel: StoredWheel,
    python: PythonBuild,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<StoredBytecode> {
    refuseWhenCancelled(signal);
    const place = this.#placeOf(wheel.sha256, python.build);
    const found = await this.#folders.find(place);
    return found ?? this.#running.share(place, signal, () => this.#compile(place, wheel, { python, signal }));
  }

  find(wheelSha256: string, build: string): Promise<StoredBytecode | undefined> {
    return this.#folders.find(this.#placeOf(wheelSha256, build));
  }

  /** What differs from what was stored, every file read again; undefined where there is nothing. */
  verify(wheelSha256: string, build: string, signal?: AbortSignal): Promise<readonly TreeFault[] | undefined> {
    return this.#folders.verify(this.#placeOf(wheelSha256, build), signal);
  }

  async #compile(place: string, wheel: StoredWheel, { python, signal }: CompileTerms): Promise<StoredBytecode> {
    using _turn = await this.#turns.take(signal);
    const backend = this.#backendOf(python);
    const { folder: environmentsFolder, moduleTimeMs = 60_000, terms } = this.#options;
    await sealInto({
      what: `bytecode of ${wheel.name}`,
      environmentsFolder,
      place,
      isThere: async () => (await this.#folders.find(place)) !== undefined,
      fill: (half) => fillBytecode(half, wheel, { python, backend, signal, moduleTimeMs, terms: terms?.() }),
    });
    const stored = await this.#folders.find(place);
    if (stored !== undefined) return stored;
    throw new BelljarError('ENVIRONMENT_UNKEPT', `bytecode of ${wheel.name} was stored, and is not there any more`);
  }

  #backendOf(python: PythonBuild): Backend {
    const key = `${python.build} ${python.executable}`;
    const { openBackend, cacheFolder } = this.#options;
    const backend = this.#backends.get(key) ?? openBackend?.(python) ?? compilerBackend(python, cacheFolder);
    this.#backends.set(key, backend);
    return backend;
  }

  #placeOf(sha256: string, build: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256) || !/^[0-9a-f]{8,64}$/.test(build)) {
      throw new BelljarError('INTERNAL', 'bytecode is named by the digests of a wheel and of a Python');
    }
    return join(this.#options.folder, 'bytecode', build, sha256.slice(0, 2), sha256);
  }
}

interface CompileTerms {
  readonly python: PythonBuild;
  readonly signal: AbortSignal | undefined;
}
