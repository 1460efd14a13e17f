import { mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { KeptFile } from './kept-file.ts';
import type { CgroupPlaces, Controller } from './place.ts';

/** What is left out is not limited. */
export interface GroupLimits {
  readonly memoryBytes?: number;
  readonly processes?: number;
  readonly cpus?: number;
}

export interface GroupUsage {
  readonly cpuMs: number | undefined;
  readonly peakMemoryBytes: number | undefined;
  readonly memoryKills: number;
  readonly refusedForks: number;
}

type Version = 1 | 2;

const cpuPeriodUs = 100_000;

/** For kernels before 5.15, which know no idle groups. */
const cpuShares = { low: '2', usual: '1024' };
const cpuWeights = { low: '1', usual: '100' };

/** What all sockets of a sandbox together may hold, on version 1. */
const socketBytes = 8 * 1024 * 1024;

const killDeadlineMs = 30_000;

type Counter = 'cpu' | 'peak' | 'memoryKills' | 'forks';
type CounterFiles = readonly [Controller, Readonly<Record<Version, string>>];

const counters: Readonly<Record<Counter, CounterFiles>> = {
  cpu: ['cpuacct', { 1: 'cpuacct.usage', 2: 'cpu.stat' }],
  peak: ['memory', { 1: 'memory.max_usage_in_bytes', 2: 'memory.peak' }],
  memoryKills: ['memory', { 1: 'memory.oom_control', 2: 'memory.events' }],
  forks: ['pids', { 1: 'pids.events', 2: 'pids.events' }],
};

/** One group per sandbox, in as many folders as the machine spreads its controllers over. */
export class Cgroup {
  readonly #folders: ReadonlyMap<Controller, { version: Version; folder: string }>;
  readonly #counters = new Map<Counter, KeptFile>();

  private constructor(folders: ReadonlyMap<Controller, { version: Version; folder: string }>) {
    this.#folders = folders;
    for (const [counter, [controller, files]] of Object.entries(counters) as [Counter, CounterFiles][]) {
      const place = folders.get(controller);
      if (place !== undefined) this.#counters.set(counter, new KeptFile(join(place.folder, files[place.version])));
    }
  }

  /** Makes the group and sets its limits; leaves nothing behind where that fails. */
  static async create(places: CgroupPlaces, name: string, limits: GroupLimits): Promise<Cgroup> {
    const folders = new Map<Controller, { version: Version; folder: string }>();
    for (const [controller, place] of Object.entries(places) as [Controller, CgroupPlaces[Controller]][]) {
      if (place.version !== 'none')
        folders.set(controller, { version: place.version, folder: join(place.folder, name) });
    }
    const group = new Cgroup(folders);
    await makeFolders(group.#uniqueFolders());
    try {
      await Promise.all([group.#limitMemory(limits), group.#limitProcesses(limits), group.#limitCpu(limits)]);
    } catch (error) {
      await group.remove();
      throw error;
    }
    return group;
  }

  /** A process joins by writing 0 into each of these. */
  get joinFiles(): string[] {
    return this.#uniqueFolders().map((folder) => join(folder, 'cgroup.procs'));
  }

  /** What it has used by now; read at once, since every run asks twice and waits for it. */
  usage(): GroupUsage {
    return {
      cpuMs: this.#cpuMs(),
      peakMemoryBytes: this.#peakMemory(),
      memoryKills: this.#memoryKills(),
      refusedForks: this.#refusedForks(),
    };
  }

  /** In the background the group runs only when no other one of ours wants to. A group that is gone has no priority. */
  async setBackground(isBackground: boolean): Promise<void> {
    const file = [['cpu.idle', isBackground ? '1' : '0']] as const;
    const shares = isBackground ? 'low' : 'usual';
    await this.#write('cpu', { 1: file, 2: file })
      .catch(() =>
        this.#write('cpu', { 1: [['cpu.shares', cpuShares[shares]]], 2: [['cpu.weight', cpuWeights[shares]]] }),
      )
      .catch(() => undefined);
  }

  /**
   * Kills until the group is empty: what forks while we read the list is met in the next round. Resolves to how many are
   * left at the deadline: the kernel ends nobody who waits for a device that does not answer.
   */
  async kill(deadlineMs = killDeadlineMs): Promise<number> {
    const folders = this.#uniqueFolders();
    const deadline = performance.now() + deadlineMs;
    for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 50)) {
      let left = 0;
      for (const folder of folders) left += await killProcesses(folder);
      if (left === 0 || performance.now() > deadline) return left;
      await delay(pauseMs);
    }
  }

  /** Removes the folders; a process that is just being reaped keeps one busy for a moment. */
  async remove(): Promise<void> {
    for (const file of this.#counters.values()) file.close();
    await Promise.all(this.#uniqueFolders().map((folder) => removeFolder(folder)));
  }

  #uniqueFolders(): string[] {
    return [...new Set([...this.#folders.values()].map(({ folder }) => folder))];
  }

  async #write(
    controller: Controller,
    files: Readonly<Record<Version, readonly (readonly [string, string])[]>>,
  ): Promise<void> {
    const place = this.#folders.get(controller);
    if (place === undefined) return;
    for (const [file, value] of files[place.version]) await writeFile(join(place.folder, file), value, { flag: 'r+' });
  }

  async #limitMemory({ memoryBytes }: GroupLimits): Promise<void> {
    if (memoryBytes === undefined) return;
    const bytes = String(memoryBytes);
    await this.#write('memory', {
      1: [['memory.limit_in_bytes', bytes]],
      2: [['memory.max', bytes]],
    });
    // Kernels without swap accounting lack these; without swap there is nothing to limit either.
    await this.#write('memory', {
      1: [['memory.memsw.limit_in_bytes', bytes]],
      2: [['memory.swap.max', '0']],
    }).catch(ignoreMissing);
    // Version 2 counts what waits in sockets as memory; version 1 counts it apart, and without a limit not at all.
    await this.#write('memory', { 1: [['memory.kmem.tcp.limit_in_bytes', String(socketBytes)]], 2: [] }).catch(
      ignoreMissing,
    );
  }

  async #limitProcesses({ processes }: GroupLimits): Promise<void> {
    if (processes === undefined) return;
    const max = [['pids.max', String(processes)]] as const;
    await this.#write('pids', { 1: max, 2: max });
  }

  async #limitCpu({ cpus }: GroupLimits): Promise<void> {
    if (cpus === undefined) return;
    const quotaUs = Math.max(1000, Math.round(cpus * cpuPeriodUs));
    await this.#write('cpu', {
      1: [
        ['cpu.cfs_period_us', String(cpuPeriodUs)],
        ['cpu.cfs_quota_us', String(quotaUs)],
      ],
      2: [['cpu.max', `${quotaUs} ${cpuPeriodUs}`]],
    });
  }

  #read(counter: Counter): string | undefined {
    return this.#counters.get(counter)?.read();
  }

  #cpuMs(): number | undefined {
    const text = this.#read('cpu');
    if (text === undefined) return undefined;
    const microseconds = fieldOf(text, 'usage_usec');
    return microseconds === undefined ? Number(text) / 1e6 : microseconds / 1000;
  }

  #peakMemory(): number | undefined {
    const text = this.#read('peak');
    return text === undefined ? undefined : Number(text);
  }

  #memoryKills(): number {
    return fieldOf(this.#read('memoryKills') ?? '', 'oom_kill') ?? 0;
  }

  #refusedForks(): number {
    return fieldOf(this.#read('forks') ?? '', 'max') ?? 0;
  }
}

/** Removes the groups of servers that are gone, told by their names; what a living one made stays. */
export async function sweepGroups(places: CgroupPlaces, isAbandoned: (name: string) => boolean): Promise<string[]> {
  const swept = new Set<string>();
  for (const place of Object.values(places)) {
    if (place.version === 'none') continue;
    const names = await readdir(place.folder, { withFileTypes: true }).catch(() => []);
    for (const entry of names) {
      if (!entry.isDirectory() || !isAbandoned(entry.name)) continue;
      const folder = join(place.folder, entry.name);
      await killProcesses(folder);
      await removeFolder(folder);
      swept.add(entry.name);
    }
  }
  return [...swept];
}

/** All or none: what was there before is another's, and stays. */
async function makeFolders(folders: readonly string[]): Promise<void> {
  const results = await Promise.allSettled(folders.map((folder) => mkdir(folder)));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure === undefined) return;
  await Promise.all(folders.filter((_, index) => results[index]?.status === 'fulfilled').map(removeFolder));
  throw failure.reason;
}

/** Resolves to how many there were. The kernel kills a group at once, newborns too, on version 2 from 5.14 on. */
async function killProcesses(folder: string): Promise<number> {
  const isDone = await writeFile(join(folder, 'cgroup.kill'), '1', { flag: 'r+' }).then(
    () => true,
    () => false,
  );
  const pids = await readProcesses(folder);
  if (!isDone) pids.forEach(killQuietly);
  return pids.length;
}

async function readProcesses(folder: string): Promise<number[]> {
  const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}

function killQuietly(pid: number): void {
  try {
    // A pid of 0 stands for a process of another namespace; killing it would kill ourselves.
    if (pid > 0) process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}

async function removeFolder(folder: string): Promise<void> {
  const deadline = Date.now() + 5000;
  for (;;) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EBUSY' || Date.now() > deadline) return;
      await delay(2);
    }
  }
}

function fieldOf(text: string, name: string): number | undefined {
  for (const line of text.split('\n')) {
    const [key, value] = line.split(' ');
    if (key === name && value !== undefined) return Number(value);
  }
  return undefined;
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
