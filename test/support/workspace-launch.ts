import { text } from 'node:stream/consumers';

import type { Backend, LaunchSpec, Sandbox, SandboxExit } from '../../src/sandbox/index.ts';

export interface WorkspaceLaunch {
  readonly name: string;
  readonly script: string;
  readonly maxBytes?: number;
  readonly maxFiles?: number;
  readonly require?: LaunchSpec['require'];
}

/** A shell script in a sandbox that sees the files of a workspace. */
export function launchInWorkspace(backend: Backend, launch: WorkspaceLaunch): Promise<Sandbox> {
  const { name, script, maxBytes = 16 << 20, maxFiles = 256, require = [] } = launch;
  return backend.launch({
    argv: ['/bin/sh', '-c', script],
    env: { PATH: '/usr/bin:/bin' },
    mounts: [
      { kind: 'workspace', name, at: '/workspace', maxBytes, maxFiles },
      { kind: 'scratch', at: '/tmp', maxBytes: 1 << 20 },
    ],
    workingDirectory: '/workspace',
    limits: {
      memoryBytes: 64 << 20,
      processes: 32,
      cpus: 2,
      cpuTimeMs: 30_000,
      openFiles: 64,
      fileBytes: 2 ** 40,
    },
    network: 'off',
    require,
  });
}

/** The same to its end. */
export async function runInWorkspace(
  backend: Backend,
  launch: WorkspaceLaunch,
): Promise<SandboxExit & { readonly output: string; readonly isHeld: boolean }> {
  const sandbox = await launchInWorkspace(backend, launch);
  const [output, exit] = await Promise.all([text(sandbox.control), sandbox.exited]);
  return { ...exit, output, isHeld: sandbox.enforced.includes('disk-limit') };
}
