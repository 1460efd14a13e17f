import type { SandboxLimits } from '../sandbox/index.ts';

/** What an attack gets that is not about limits. */
export const roomyLimits: SandboxLimits = {
  memoryBytes: 128 << 20,
  processes: 32,
  cpus: 2,
  cpuTimeMs: 30_000,
  openFiles: 128,
  fileBytes: 64 << 20,
};

export const roomyScratchBytes = 16 << 20;
