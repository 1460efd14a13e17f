import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { cancelled } from '../../errors.ts';
import { type Backend, ProcessBackend, type Sandbox } from '../../sandbox/index.ts';
import { formatBytes } from '../../units.ts';
import type { HandlingTerms } from '../handling/index.ts';
import type { ResolverPython } from '../resolve/index.ts';
import { BuildFailure } from './build-failure.ts';
import type { BuildSystem } from './build-system.ts';
import { Exchange } from './exchange.ts';
import { explainEnd, explainSaid, explainUsage, findLimit } from './explain-end.ts';
import { type BuildLimits, sandboxLimits } from './limits.ts';
import { maxSayingBytes, type OfferedWheel, type OpenedSource, type Saying, sayingSchema } from './sayings.ts';

/** A file of the host that is sent inside. */
export interface SentFile {
  readonly path: string;
  readonly filename: string;
  readonly sizeBytes: number;
}

export interface ProgramOptions {
  readonly python: ResolverPython;
  readonly cacheFolder: string;
  readonly limits: BuildLimits;
  readonly require: HandlingTerms['require'];
  readonly signal?: AbortSignal | undefined;
}

export interface ReceivedWheel extends OfferedWheel {
  readonly sha256: string;
}

const builderInside = '/belljar/builder';
const baseInside = '/build';
const builderFolder = join(import.meta.dirname, '../../../python/belljar_builder');

/** One build behind glass: foreign code with nothing to steal, nowhere to go, and an end. */
export class BuildProgram implements AsyncDisposable {
  readonly #sandbox: Sandbox;
  readonly #exchange: Exchange;
  readonly #limits: BuildLimits;
  readonly #signal: AbortSignal | undefined;
  readonly #stop = (): void => this.#sandbox.kill('whoever asked gave up');

  private constructor(sandbox: Sandbox, { limits, signal }: ProgramOptions) {
    this.#sandbox = sandbox;
    this.#exchange = new Exchange(sandbox.control);
    this.#limits = limits;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#stop);
    if (signal?.aborted === true) this.#stop();
  }

  /** @throws SANDBOX_UNAVAILABLE, SANDBOX_CAPABILITY_MISSING, SANDBOX_LAUNCH_FAILED, CANCELLED */
  static async start(options: ProgramOptions): Promise<BuildProgram> {
    const { python, limits, require, signal } = options;
    const sandbox = await openBackend(options).launch(
      {
        argv: [python.executable, '-I', '-S', '-X', 'utf8', `${builderInside}/main.py`, baseInside],
        env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
        mounts: [
          { kind: 'bundle', name: 'interpreter' },
          { kind: 'bundle', name: 'builder' },
          { kind: 'scratch', at: baseInside, maxBytes: limits.diskBytes },
          { kind: 'scratch', at: '/tmp', maxBytes: Math.ceil(limits.diskBytes / 8) },
        ],
        workingDirectory: baseInside,
        limits: sandboxLimits(limits),
        network: 'off',
        reaper: true,
        require,
      },
      signal,
    );
    return new BuildProgram(sandbox, options);
  }

  /** Unpacks the archive; nothing of it has run by then. */
  async open(archive: SentFile): Promise<OpenedSource> {
    const { sourceBytes: maxBytes, sourceFiles: maxFiles } = this.#limits;
    const { filename, sizeBytes } = archive;
    const saying = await this.#ask({ open: { filename, sizeBytes, maxBytes, maxFiles } }, [archive]);
    return saying !== undefined && 'opened' in saying ? saying.opened : this.#fail();
  }

  /** Lays out what it needs, and lets its backend say what else it does. */
  async equip(wheels: readonly SentFile[], { backend, folders }: BuildSystem): Promise<readonly string[]> {
    const named = wheels.map(({ filename, sizeBytes }) => ({ filename, sizeBytes }));
    const saying = await this.#ask({ equip: { wheels: named, backend, folders } }, wheels);
    return saying !== undefined && 'needs' in saying ? saying.needs : this.#fail();
  }

  /** Builds the wheel, and writes what comes out to a path of ours. */
  async build(path: string): Promise<ReceivedWheel> {
    const saying = await this.#ask({ build: true });
    const wheel = saying !== undefined && 'wheel' in saying ? saying.wheel : await this.#fail();
    const { wheelBytes } = this.#limits;
    if (wheel.sizeBytes > wheelBytes) {
      throw new BuildFailure(`its wheel is larger than ${formatBytes(wheelBytes)}`, { said: wheel.said });
    }
    const hash = createHash('sha256');
    let arrived = 0;
    await pipeline(
      this.#exchange.hearBytes(wheel.sizeBytes),
      async function* (pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          hash.update(piece);
          arrived += piece.length;
          yield piece;
        }
      },
      createWriteStream(path, { flags: 'wx', mode: 0o600 }),
    );
    if (arrived < wheel.sizeBytes) await this.#fail();
    return { ...wheel, sha256: hash.digest('hex') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#stop);
    this.#sandbox.kill('done');
    await this.#sandbox.exited;
  }

  async #ask(order: unknown, files: readonly SentFile[] = []): Promise<Saying | undefined> {
    await this.#exchange.say(order);
    for (const { path } of files) await this.#exchange.sendFile(path);
    const saying = sayingSchema.safeParse(await this.#exchange.hear(maxSayingBytes)).data;
    if (saying !== undefined && 'refused' in saying) throw new BuildFailure(`its archive ${saying.refused}`);
    if (saying === undefined || !('failed' in saying)) return saying;
    const { what, said } = saying.failed;
    const usage = await this.#sandbox.usage();
    const refused = explainUsage(usage, this.#limits);
    throw new BuildFailure(refused ?? `${what}${explainSaid(said)}`, { said, limit: findLimit(usage) });
  }

  /** It gave no answer, or none that means anything. */
  async #fail(): Promise<never> {
    this.#sandbox.control.end();
    this.#sandbox.kill('it gave no answer that means anything');
    const { why, usage, diagnostics } = await this.#sandbox.exited;
    if (this.#signal?.aborted === true) throw cancelled(this.#signal);
    const limit = findLimit(usage, why);
    throw new BuildFailure(explainEnd(why, usage, this.#limits), { said: diagnostics, limit });
  }
}

function openBackend({ python, cacheFolder }: ProgramOptions): Backend {
  const catalogue = { interpreter: python.parts, builder: [{ hostPath: builderFolder, at: builderInside }] };
  return new ProcessBackend(catalogue, { cacheFolder });
}
