import { join } from 'node:path';

import { type Backend, ProcessBackend, type Sandbox } from '../../sandbox/index.ts';
import type { PythonBuild } from '../pythons/index.ts';

const compilerFolder = join(import.meta.dirname, '../../../python/belljar_compiler');
const compilerInside = '/belljar/compiler';

/** A backend that can start the compiler of one Python. */
export function compilerBackend({ parts }: PythonBuild, cacheFolder: string): Backend {
  const catalogue = { compiler: [...parts, { hostPath: compilerFolder, at: compilerInside }] };
  return new ProcessBackend(catalogue, { cacheFolder });
}

const limits = {
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
  readonly signal?: AbortSignal | undefined;
}

/**
 * A compiler that sees Python and itself, and gets sources by its control stream.
 *
 * @throws SANDBOX_UNAVAILABLE, SANDBOX_CAPABILITY_MISSING, SANDBOX_LAUNCH_FAILED.
 */
export function launchCompiler(backend: Backend, options: CompilerOptions): Promise<Sandbox> {
  return backend.launch(
    {
      // Not -I: it would not hear of the seed.
      argv: [options.executable, '-s', '-S', '-B', `${compilerInside}/main.py`],
      env: { PYTHONHASHSEED: '0', PYTHONUTF8: '1' },
      mounts: [{ kind: 'bundle', name: 'compiler' }],
      workingDirectory: '/',
      limits: { ...limits, outputBytes: options.outputBytes },
      network: 'off',
      require: ['filesystem', 'network-off', 'privileges', 'system-call-filter'],
    },
    options.signal,
  );
}
