import type { Duplex } from 'node:stream';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import {
  type BundlePart,
  type ExitReason,
  type LaunchSpec,
  type Mount,
  ProcessBackend,
  type Sandbox,
  type SandboxLimits,
} from '../../sandbox/index.ts';
import { essentialCapabilities } from '../../policy/index.ts';
import { withSandbox } from '../handling/index.ts';
import { launcherFolder, runnerFolder } from './launcher-folder.ts';

/** The Python that the engine asks for its traits. */
export interface ResolverPython {
  readonly executable: string;
  readonly parts: readonly BundlePart[];
}

export interface UvSandboxOptions {
  readonly python: ResolverPython;
  /** The folder that holds uv. */
  readonly uvFolder: string;
  /** Where the engine's cache lies. */
  readonly volumesFolder: string;
  readonly cacheFolder: string;
}

export interface UvCall {
  readonly args: readonly string[];
  /** For its standard input. */
  readonly input: string;
  /** A lock whose versions it is to keep where they still fit. */
  readonly present?: string | undefined;
  /** Which of its caches it uses: one for each view. */
  readonly cache: string;
  /** Takes over what it asks of the index. */
  readonly accept: (connection: Duplex) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface UvAnswer {
  /** Zero where it did what it was asked. */
  readonly code: number;
  readonly output: string;
  /** What it said to a person. */
  readonly said: string;
}

/** Where the engine finds the index. */
export const indexPort = 8080;

const socketInside = '/belljar/gate';
const uvInside = '/belljar/uv';
const launcherInside = '/belljar/resolver';
const runnerInside = '/belljar/runner';
const cacheInside = '/cache';
const presentInside = '/tmp/pylock.toml';

const maxOutputBytes = 32_000_000;
const cacheBytes = 512 * 1024 * 1024;
const maxCacheFiles = 65_536;

const limits: SandboxLimits = {
  memoryBytes: 1024 * 1024 * 1024,
  processes: 128,
  cpus: 4,
  cpuTimeMs: 120_000,
  wallTimeMs: 300_000,
  outputBytes: maxOutputBytes,
  openFiles: 1024,
  fileBytes: cacheBytes,
};

/** Runs uv behind glass, where the one thing that it reaches is an index of ours. */
export class UvSandbox {
  readonly #python: ResolverPython;
  readonly #backend: ProcessBackend;

  constructor({ python, uvFolder, volumesFolder, cacheFolder }: UvSandboxOptions) {
    this.#python = python;
    const catalogue = {
      interpreter: python.parts,
      uv: [{ hostPath: uvFolder, at: uvInside }],
      launcher: [
        { hostPath: launcherFolder, at: launcherInside },
        { hostPath: runnerFolder, at: runnerInside },
      ],
    };
    this.#backend = new ProcessBackend(catalogue, { volumesFolder, cacheFolder });
  }

  /**
   * Runs it once.
   *
   * @throws SANDBOX_UNAVAILABLE, SANDBOX_CAPABILITY_MISSING, SANDBOX_LAUNCH_FAILED, RESOLVE_FAILED, CANCELLED
   */
  async run(call: UvCall): Promise<UvAnswer> {
    const { signal } = call;
    const sandbox = await this.#launch(call);
    return withSandbox(sandbox, signal, async () => {
      const output = await talk(sandbox, introduce(call));
      const { why, diagnostics } = await sandbox.exited;
      refuseWhenCancelled(signal);
      if (why.kind === 'exited') return { code: why.code, output, said: diagnostics };
      throw new BelljarError('RESOLVE_FAILED', `resolving was ended: ${describeEnd(why)}`, {
        details: { diagnostics },
      });
    });
  }

  /** Where the kept cache is in use by another process or full, an empty one that is gone afterwards does as well. */
  async #launch(call: UvCall): Promise<Sandbox> {
    const kept: Mount = {
      kind: 'workspace',
      name: 'uv-cache',
      at: cacheInside,
      maxBytes: cacheBytes,
      maxFiles: maxCacheFiles,
    };
    try {
      return await this.#backend.launch(this.#describe(call, kept), call.signal);
    } catch (error) {
      if (!(error instanceof BelljarError) || error.code !== 'WORKSPACE_UNUSABLE') throw error;
      const scratch: Mount = { kind: 'scratch', at: cacheInside, maxBytes: cacheBytes };
      return this.#backend.launch(this.#describe(call, scratch), call.signal);
    }
  }

  #describe({ args, cache, accept, present }: UvCall, cacheMount: Mount): LaunchSpec {
    const { executable } = this.#python;
    return {
      argv: [
        ...([executable, '-I', '-S', '-X', 'utf8', `${launcherInside}/main.py`] as const),
        ...[runnerInside, socketInside, String(indexPort), `${cacheInside}/${cache}`, presentInside],
        // Quiet, it would write its answer to that file alone.
        ...[`${uvInside}/uv`, ...args, ...(present === undefined ? ['--quiet'] : ['--output-file', presentInside])],
        ...['--cache-dir', `${cacheInside}/${cache}`, '--python', executable],
      ],
      env: {
        ...{ PATH: '/usr/bin:/bin', HOME: '/tmp', TMPDIR: '/tmp', LANG: 'C.UTF-8' },
        ...{ UV_NO_PROGRESS: '1', UV_HTTP_RETRIES: '0', UV_NO_CONFIG: '1', UV_PYTHON_DOWNLOADS: 'never' },
      },
      mounts: [
        { kind: 'bundle', name: 'interpreter' },
        { kind: 'bundle', name: 'uv' },
        { kind: 'bundle', name: 'launcher' },
        { kind: 'scratch', at: '/tmp', maxBytes: 64 * 1024 * 1024 },
        cacheMount,
      ],
      workingDirectory: '/tmp',
      limits,
      network: { kind: 'egress', at: socketInside, accept },
      reaper: true,
      // The policy is not known down here: what it takes off, it takes off for its own code.
      require: essentialCapabilities,
    };
  }
}

function introduce({ present = '', input }: UvCall): string {
  return `${Buffer.byteLength(present)}\n${present}${input}`;
}

async function talk({ control }: Sandbox, input: string): Promise<string> {
  control.end(input);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of control as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxOutputBytes) throw new BelljarError('RESOLVE_FAILED', 'resolving gave more than a lock can be');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function describeEnd(why: Exclude<ExitReason, { kind: 'exited' }>): string {
  switch (why.kind) {
    case 'memory':
      return `it took more than ${why.limitBytes} bytes of memory`;
    case 'wallTime':
    case 'cpuTime':
      return `it took longer than ${why.limitMs} ms`;
    case 'killed':
      return why.by;
    default:
      return why.kind;
  }
}
