import { extname } from 'node:path';

import { BelljarError } from '../../errors.ts';
import {
  type Backend,
  type BundleCatalogue,
  ProcessBackend,
  type Sandbox,
  type SandboxLimits,
} from '../../sandbox/index.ts';
import { type HandlingTerms, within } from '../handling/index.ts';

/** Where things are inside. */
const nodeInside = '/belljar/node';
const programInside = '/belljar/inspection';

const catalogue: BundleCatalogue = {
  inspection: [
    { hostPath: process.execPath, at: nodeInside },
    { hostPath: import.meta.dirname, at: programInside },
  ],
};

/** A backend that can start the programs that open wheels; what it may make again it keeps in the folder. */
export function inspectionBackend(cacheFolder: string | undefined): Backend {
  return new ProcessBackend(catalogue, { cacheFolder });
}

/** Node alone takes some 60 MB; a file is held whole up to 4 MiB, the list of files up to 64 MiB. */
const memoryBytes = 512 * 2 ** 20;
const heapMebibytes = 256;
const needs = { memoryBytes, processes: 48, cpus: 1, cpuTimeMs: 3_600_000, openFiles: 64, fileBytes: 2 ** 20 };

/** Whoever opens wheel after wheel has a clock for each of them instead of one for itself. */
export function limitsOf(terms: HandlingTerms, bounds: Bounds | 'for many wheels'): SandboxLimits {
  if (bounds !== 'for many wheels') return within(terms, { ...needs, ...bounds });
  const { wallTimeMs: _, ...limits } = within(terms, needs);
  return { ...limits, cpuTimeMs: needs.cpuTimeMs };
}

type Bounds = Pick<SandboxLimits, 'wallTimeMs' | 'outputBytes'>;

export interface ProgramOptions {
  /** Its path below this folder, without what it ends in. */
  readonly program: 'program' | 'unpack/program';
  readonly limits: SandboxLimits;
  readonly require: HandlingTerms['require'];
  readonly signal?: AbortSignal | undefined;
}

/** @throws SANDBOX_UNAVAILABLE, SANDBOX_CAPABILITY_MISSING, SANDBOX_LAUNCH_FAILED. */
export function launchProgram(backend: Backend, options: ProgramOptions): Promise<Sandbox> {
  const { program, limits, require, signal } = options;
  return backend.launch(
    {
      argv: [
        nodeInside,
        `--max-old-space-size=${heapMebibytes}`,
        '--disable-warning=ExperimentalWarning',
        `${programInside}/${program}${extname(import.meta.filename)}`,
      ],
      env: {},
      mounts: [{ kind: 'bundle', name: 'inspection' }],
      workingDirectory: '/',
      limits,
      network: 'off',
      require,
    },
    signal,
  );
}

/** Ends a program that did not say that it is there, and tells of it. */
export async function explainStart(sandbox: Sandbox): Promise<BelljarError> {
  sandbox.kill('belljar');
  const { why, diagnostics } = await sandbox.exited;
  const message = 'the program that opens wheels does not start';
  return new BelljarError('SANDBOX_LAUNCH_FAILED', message, { details: { why, diagnostics } });
}
