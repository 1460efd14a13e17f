import type { Cgroup } from '../cgroup/index.ts';
import type { ExitReason, SandboxLimits } from '../contract.ts';

/** Ends what runs over its time, on the wall or on the processors; returns what stops the clocks. */
export function watchClocks(limits: SandboxLimits, group: Cgroup, end: (reason: ExitReason) => void): () => void {
  const stops = [watchCpuTime(limits, group, end)];
  const { wallTimeMs } = limits;
  if (wallTimeMs !== undefined) {
    const timer = setTimeout(() => end({ kind: 'wallTime', limitMs: wallTimeMs }), wallTimeMs);
    stops.push(() => clearTimeout(timer));
  }
  return () => stops.forEach((stop) => stop());
}

/** The kernel's own limit on CPU time counts each process alone; the group's counter is the sum. */
function watchCpuTime(limits: SandboxLimits, group: Cgroup, end: (reason: ExitReason) => void): () => void {
  const limitMs = limits.cpuTimeMs;
  const cpus = Math.max(limits.cpus, 0.1);
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const { cpuMs } = await group.usage();
    if (cpuMs === undefined) return;
    if (cpuMs >= limitMs) end({ kind: 'cpuTime', limitMs });
    else if (timer !== undefined) schedule((limitMs - cpuMs) / cpus);
  };
  const schedule = (waitMs: number): void => {
    timer = setTimeout(() => void look(), Math.min(Math.max(waitMs, 20), 60_000));
    timer.unref();
  };
  schedule(limitMs / cpus);
  return () => {
    clearTimeout(timer);
    timer = undefined;
  };
}
