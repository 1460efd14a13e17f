import type { SandboxLimits } from '../../sandbox/index.ts';
import { builtInTerms, type HandlingTerms } from '../handling/index.ts';

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

/** What the policy gives, and what no source needs more of. */
export function buildLimits(terms: HandlingTerms = builtInTerms()): BuildLimits {
  const { memoryBytes, diskBytes, processes, cpus, wallTimeMs: timeMs, cpuTimeMs, maxFiles } = terms;
  return {
    ...{ memoryBytes, diskBytes, processes, cpus, timeMs, cpuTimeMs },
    sourceBytes: Math.min(512 * 2 ** 20, diskBytes),
    sourceFiles: Math.min(50_000, maxFiles),
    wheelBytes: Math.min(256 * 2 ** 20, diskBytes),
  };
}

export function sandboxLimits(limits: BuildLimits): SandboxLimits {
  const { memoryBytes, processes, cpus, cpuTimeMs, diskBytes, wheelBytes, timeMs } = limits;
  return {
    ...{ memoryBytes, processes, cpus, cpuTimeMs, openFiles: 1024, fileBytes: diskBytes, wallTimeMs: timeMs },
    outputBytes: wheelBytes + 64 * 2 ** 20,
  };
}
