import { basename } from 'node:path';

import { type BelljarError, toBelljarError } from '../../errors.ts';
import type { AuditRecord, Draft } from '../../record/index.ts';
import type { Database } from '../../storage/index.ts';
import { explainUnkept } from '../sealed/unkept.ts';
import { Builders, type WaitOptions } from './builders.ts';
import { type BuildEnvironment, type BuiltTree, construct } from './construct.ts';
import { makeHalf } from './half.ts';
import type { Holder } from './holder.ts';
import type { EnvironmentSpec } from './key.ts';
import { placeTree } from './place.ts';
import { removeTree } from '../assemble/remove-tree.ts';
import type { ShelvedEnvironment } from './rows.ts';

export interface WorkshopParts {
  readonly environments: string;
  readonly database: Database;
  readonly record: AuditRecord;
  readonly holder: Holder;
}

/** On whose behalf, for the record. */
export type Origin = Pick<Draft, 'actor' | 'workspace' | 'correlationId' | 'policyHash'>;

export interface BuildOptions extends WaitOptions {
  readonly origin?: Origin | undefined;
}

/** Where environments are built: here, or by another process that is waited for. */
export class Workshop {
  readonly #parts: WorkshopParts;
  readonly #builders: Builders;

  constructor(parts: WorkshopParts) {
    this.#parts = parts;
    this.#builders = new Builders(parts.database, parts.holder);
  }

  /**
   * Resolves to what was built here, and is leased to the holder; or to undefined when there is something to look for
   * again, because another was at it.
   *
   * @throws CANCELLED, and what building throws, whoever built it.
   */
  async make(
    key: string,
    spec: EnvironmentSpec,
    { build, ...options }: BuildOptions & { readonly build: BuildEnvironment },
  ): Promise<ShelvedEnvironment | undefined> {
    const half = await makeHalf(this.#parts.environments).catch((error: unknown) => {
      throw explainUnkept(error, 'an environment');
    });
    const claim = await this.#claim(key, spec, half);
    if (claim.kind === 'ours') return this.#build(key, spec, { ...options, build, half });
    await removeTree(half);
    if (claim.kind === 'theirs') await this.#builders.wait(key, claim.attempt, options);
    return undefined;
  }

  async #claim(key: string, spec: EnvironmentSpec, half: string): ReturnType<Builders['claim']> {
    try {
      return await this.#builders.claim(key, spec, basename(half));
    } catch (error) {
      await removeTree(half);
      throw error;
    }
  }

  async #build(
    key: string,
    spec: EnvironmentSpec,
    options: BuildOptions & { readonly build: BuildEnvironment; readonly half: string },
  ): Promise<ShelvedEnvironment | undefined> {
    const { half, origin, build, signal, onProgress } = options;
    const { environments, database, record, holder } = this.#parts;
    const note = async (action: string, details: NonNullable<Draft['details']>): Promise<void> => {
      const about = { lock: spec.lock, namespace: spec.namespace, ...details };
      await record.append({ action, subject: `environment ${key}`, details: about, ...origin });
    };
    const startedAt = performance.now();
    try {
      let placed: ShelvedEnvironment | undefined;
      await construct({
        ...{ builders: this.#builders, half, signal, onProgress },
        build: async (folder, tools) => {
          // First: nothing is ever there of which the record does not tell.
          await note('environment.build', { python: spec.python.version, wheels: spec.wheels.length });
          return build(folder, tools);
        },
        place: async (tree: BuiltTree) => {
          const placing = { environments, database, holder: holder.id, key, attempt: basename(half), half };
          placed = await placeTree(placing, spec, tree);
          return placed !== undefined;
        },
      });
      if (placed === undefined) return undefined;
      const { treeDigest, files, bytes } = placed;
      await note('environment.built', { treeDigest, files, bytes, wallMs: Math.round(performance.now() - startedAt) });
      return placed;
    } catch (thrown) {
      await note('environment.build-failed', describeFailure(toBelljarError(thrown)));
      throw thrown;
    }
  }
}

const maxMessageCharacters = 1000;

/** For the record: what failed, over which package and at which limit, and the end of what its tool said. */
function describeFailure({ code, message, details }: BelljarError): Record<string, string> {
  const told = ['package', 'limit', 'said'].flatMap((name): [string, string][] => {
    const value = details[name];
    return typeof value === 'string' ? [[name, value.slice(-maxMessageCharacters)]] : [];
  });
  return { code, message: message.slice(0, maxMessageCharacters), ...Object.fromEntries(told) };
}
