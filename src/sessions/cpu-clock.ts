/** Calls back once so much CPU time was used, looking again when it could be used up at the earliest. Returns what stops it. */
export function watchCpu(
  { cpuTimeMs, cpus }: { readonly cpuTimeMs: number; readonly cpus: number },
  usedCpuMs: () => Promise<number | undefined>,
  onUsedUp: () => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const lookAfter = (leftMs: number): void => {
    const waitMs = Math.min(Math.max(leftMs / Math.max(cpus, 0.1), 20), 60_000);
    timer = setTimeout(() => void look(), waitMs).unref();
  };
  const look = async (): Promise<void> => {
    const usedMs = await usedCpuMs();
    if (usedMs === undefined || isStopped) return;
    if (usedMs >= cpuTimeMs) onUsedUp();
    else lookAfter(cpuTimeMs - usedMs);
  };
  lookAfter(cpuTimeMs);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
