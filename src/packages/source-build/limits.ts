import type { SandboxLimits } from '../../sandbox/index.ts';

/** What one build may take of the machine. */
export interface BuildLimits {
  readonly memoryBytes: number;
  /** What lies on its disk, which is in memory, too. */
  readonly diskBytes: number;
  readonly processes: number;
  readonly cpus: number;
  /** On the clock, finding what it needs included. */
  readonly timeMs: number;
  readonly cpuTimeMs: number;
  /** Of the archive, when it is unpacked. */
  readonly sourceBytes: number;
  readonly sourceFiles: number;
  readonly wheelBytes: number;
}

export const defaultBuildLimits: BuildLimits = {
  memoryBytes: 2 * 2 ** 30,
  diskBytes: 2 ** 30,
  processes: 128,
  cpus: 2,
  timeMs: 600_000,
  cpuTimeMs: 600_000,
  sourceBytes: 512 * 2 ** 20,
  sourceFiles: 50_000,
  wheelBytes: 256 * 2 ** 20,
};

export function sandboxLimits(limits: BuildLimits): SandboxLimits {
  const { memoryBytes, processes, cpus, cpuTimeMs, diskBytes, wheelBytes, timeMs } = limits;
  return {
    ...{ memoryBytes, processes, cpus, cpuTimeMs, openFiles: 1024, fileBytes: diskBytes, wallTimeMs: timeMs },
    outputBytes: wheelBytes + 64 * 2 ** 20,
  };
}
