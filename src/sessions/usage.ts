import type { SandboxUsage } from '../sandbox/index.ts';

/** What was used between two looks at one sandbox. The peak is of all its life: the kernel does not tell it apart. */
export function since(before: SandboxUsage, after: SandboxUsage): SandboxUsage {
  return {
    wallMs: Math.round(after.wallMs - before.wallMs),
    cpuMs: after.cpuMs === undefined || before.cpuMs === undefined ? undefined : Math.round(after.cpuMs - before.cpuMs),
    peakMemoryBytes: after.peakMemoryBytes,
    memoryKills: after.memoryKills - before.memoryKills,
    refusedForks: after.refusedForks - before.refusedForks,
  };
}
