import { join } from 'node:path';

import { builtInTerms, type HandlingTerms, within } from '../../packages/index.ts';
import { type Backend, ProcessBackend, type Sandbox } from '../../sandbox/index.ts';
import type { PythonBuild } from '../pythons/index.ts';

const compilerFolder = join(import.meta.dirname, '../../../python/belljar_compiler');
const compilerInside = '/belljar/compiler';

/** A backend that can start the compiler of one Python. */
export function compilerBackend({ parts }: PythonBuild, cacheFolder: string): Backend {
  const catalogue = { compiler: [...parts, { hostPath: compilerFolder, at: compilerInside }] };
  return new ProcessBackend(catalogue, { cacheFolder });
}

const needs = {
  memoryBytes: 1024 * 2 ** 20,
  processes: 8,
  cpus: 1,
  cpuTimeMs: 3_600_000,
  openFiles: 64,
  fileBytes: 2 ** 20,
};

export interface CompilerOptions {
  readonly executable: string;
  readonly outputBytes: number;
  /** What it may take; as the built-in policy has it where left out. */
  readonly terms?: HandlingTerms | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A compiler that sees Python and itself, and gets sources by its control stream.
 *
 * @throws SANDBOX_UNAVAILABLE, SANDBOX_CAPABILITY_MISSING, SANDBOX_LAUNCH_FAILED.
 */
export function launchCompiler(backend: Backend, options: CompilerOptions): Promise<Sandbox> {
  const { terms = builtInTerms(), outputBytes } = options;
  return backend.launch(
    {
      // Not -I: it would not hear of the seed.
      argv: [options.executable, '-s', '-S', '-B', `${compilerInside}/main.py`],
      env: { PYTHONHASHSEED: '0', PYTHONUTF8: '1' },
      mounts: [{ kind: 'bundle', name: 'compiler' }],
      workingDirectory: '/',
      limits: within(terms, { ...needs, outputBytes }),
      network: 'off',
      require: terms.require,
    },
    options.signal,
  );
}
