import { BelljarError } from '../errors.ts';
import type { BytecodeStore } from './bytecode/index.ts';
import type { EnvironmentParts, Shelf, StoredPart, VerifyOptions } from './shelf/index.ts';
import type { WheelStore } from './wheel-store/index.ts';

export interface VerificationParts {
  readonly shelf: Shelf;
  readonly wheels: Pick<WheelStore, 'verify'>;
  readonly bytecode: Pick<BytecodeStore, 'verify'>;
}

export interface VerifiedEnvironment {
  readonly key: string;
  /** In words; none where it is whole. */
  readonly problems: readonly string[];
  /** What it is made of that was damaged too, and is unpacked or compiled anew when it is wanted next. */
  readonly discarded: readonly StoredPart[];
}

/**
 * Reads all files of environments. A file that was damaged is one of the store’s as well, and of every environment that is
 * linked to it: where one is not whole, the stores that it draws from are read too, what is damaged there is taken out, so
 * that nothing is built of it any more, and those that draw from it are read as well.
 */
export class Verification {
  readonly #parts: VerificationParts;
  readonly #discarded = new Set<string>();

  constructor(parts: VerificationParts) {
    this.#parts = parts;
  }

  /**
   * The environments that were named, and those that share what was damaged; one that makes room meanwhile is left out.
   *
   * @throws ENVIRONMENT_MISSING, CANCELLED, and the codes of the database.
   */
  async verify(keys: readonly string[], options: VerifyOptions = {}): Promise<VerifiedEnvironment[]> {
    const { shelf } = this.#parts;
    const queue = new Set(keys);
    const drawn = await shelf.parts();
    const verified: VerifiedEnvironment[] = [];
    for (const key of queue) {
      const report = await shelf.verify(key, options).catch((error: unknown) => {
        if (drawn.has(key) && error instanceof BelljarError && error.code === 'ENVIRONMENT_MISSING') return undefined;
        throw error;
      });
      if (report === undefined) continue;
      const { problems } = report;
      const discarded = problems.length === 0 ? [] : await this.#checkStores(drawn.get(key), options);
      verified.push({ key, problems, discarded });
      for (const [other, parts] of drawn) if (discarded.some((store) => isOf(parts, store))) queue.add(other);
    }
    return verified;
  }

  async #checkStores(parts: EnvironmentParts | undefined, options: VerifyOptions): Promise<StoredPart[]> {
    const discarded: StoredPart[] = [];
    for (const store of storesOf(parts)) {
      if (this.#discarded.has(`${store.kind} ${store.name}`)) continue;
      const faults = await this.#check(store, options.signal);
      if (faults === undefined || faults.length === 0) continue;
      const problems = faults.map(({ path, what }) => `${path}: ${what}`);
      await this.#parts.shelf.discard(store, problems, options.origin);
      this.#discarded.add(`${store.kind} ${store.name}`);
      discarded.push(store);
    }
    return discarded;
  }

  #check({ kind, name }: StoredPart, signal: AbortSignal | undefined) {
    const { wheels, bytecode } = this.#parts;
    if (kind === 'wheel') return wheels.verify(name, signal);
    const [build = '', sha256 = ''] = name.split('/');
    return bytecode.verify(sha256, build, signal);
  }
}

function storesOf({ wheels, bytecode }: EnvironmentParts = { wheels: [], bytecode: [] }): StoredPart[] {
  return [
    ...wheels.map((name) => ({ kind: 'wheel', name }) as const),
    ...bytecode.map((name) => ({ kind: 'bytecode', name }) as const),
  ];
}

function isOf(parts: EnvironmentParts, { kind, name }: StoredPart): boolean {
  return (kind === 'wheel' ? parts.wheels : parts.bytecode).includes(name);
}
