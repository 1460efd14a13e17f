import { text } from 'node:stream/consumers';

import { refuseWhenCancelled } from '../../errors.ts';
import type { Backend, LaunchSpec, Mount, SandboxExit, SandboxLimits } from '../contract.ts';

const trialLimits: SandboxLimits = {
  memoryBytes: 32 << 20,
  processes: 16,
  cpus: 1,
  cpuTimeMs: 5000,
  wallTimeMs: 10_000,
  outputBytes: 1 << 20,
  openFiles: 64,
  fileBytes: 8 << 20,
};

export interface ScriptResult {
  readonly output: string;
  readonly exit: SandboxExit;
}

/** Runs a small shell script behind glass to its end, beside what else is to be seen there. */
export async function runScript(
  backend: Backend,
  script: string,
  { signal, mounts = [] }: { signal?: AbortSignal | undefined; mounts?: readonly Mount[] } = {},
): Promise<ScriptResult> {
  const sandbox = await backend.launch(specOf(script, mounts), signal);
  const onAbort = (): void => sandbox.kill('the trial was cancelled');
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort(); // during the launch
  try {
    const [output, exit] = await Promise.all([text(sandbox.control).catch(() => ''), sandbox.exited]);
    refuseWhenCancelled(signal);
    return { output, exit };
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

function specOf(script: string, mounts: readonly Mount[]): LaunchSpec {
  return {
    argv: ['/bin/sh', '-c', script],
    env: { PATH: '/usr/bin:/bin' },
    mounts: [{ kind: 'scratch', at: '/tmp', maxBytes: 1 << 20 }, ...mounts],
    workingDirectory: '/tmp',
    limits: trialLimits,
    network: 'off',
    require: [],
  };
}
