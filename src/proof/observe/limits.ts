import { existsSync, lstatSync, readFileSync, readdirSync, statfsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { formatBytes } from '../../units.ts';
import type { Attempt } from '../attempt.ts';
import type { HostProcess } from '../host-process.ts';
import type { Observer, Scene } from '../program-case.ts';

/** Reading its counter later than the limit was met makes no difference, as the kernel keeps the highest value. */
export const memoryPastLimit: Observer = {
  what: 'the memory that its processes hold is past the limit',
  look: async ({ attempt, limits }) => {
    const peak = (await attempt.usage())?.peakMemoryBytes ?? proportionalBytes({ attempt });
    return pastMemoryLimit(peak, limits.memoryBytes);
  },
};

/** What lies in swap is memory too, which the counter of memory does not count. */
export const memoryAndSwapPastLimit: Observer = {
  what: 'what its processes hold in memory and in swap is past the limit',
  look: ({ attempt, limits }) => {
    const held = kilobytesOf(attempt, 'VmRSS') + kilobytesOf(attempt, 'VmSwap');
    return pastMemoryLimit(held * 1024, limits.memoryBytes);
  },
};

export const lockedPastLimit: Observer = {
  what: 'the memory that its processes have locked is past the limit',
  look: ({ attempt, limits }) => pastMemoryLimit(kilobytesOf(attempt, 'VmLck') * 1024, limits.memoryBytes),
};

export function hasSwap(): boolean {
  return readFileSync('/proc/swaps', 'utf8').trim().split('\n').length > 1;
}

function kilobytesOf(attempt: Attempt, field: string): number {
  return attempt.processes().reduce((sum, process) => sum + (parseInt(process.status(field), 10) || 0), 0);
}

function pastMemoryLimit(bytes: number, limit: number): string | undefined {
  return bytes > limit ? `${formatBytes(bytes)}, where ${formatBytes(limit)} are allowed` : undefined;
}

export const processesPastLimit: Observer = {
  what: 'more of its processes and threads are counted on the host than the limit allows',
  look: ({ attempt, limits }) => {
    const count = attempt.processes().reduce((sum, process) => sum + Number(process.status('Threads') || 0), 0);
    return count > limits.processes ? `${count}, where ${limits.processes} are allowed` : undefined;
  },
};

export const descriptorsPastLimit: Observer = {
  what: 'the host counts more open descriptors in its process than the limit allows',
  look: ({ attempt, limits }) => {
    const count = Math.max(0, ...attempt.processes().map(countDescriptors));
    return count > limits.openFiles ? `${count}, where ${limits.openFiles} are allowed` : undefined;
  },
};

/** Seen by the host through the process's own root. */
export function spacePastLimit(folder: string, limitOf: (scene: Scene) => number): Observer {
  return {
    what: `${folder} holds more bytes than its bound`,
    look: (scene) => {
      const used = largest(scene, (root) => {
        const { blocks, bfree, bsize } = statfsSync(`${root}${folder}`);
        return (blocks - bfree) * bsize;
      });
      const limit = limitOf(scene);
      return used > limit ? `${formatBytes(used)}, where ${formatBytes(limit)} are allowed` : undefined;
    },
  };
}

export function filesPastLimit(folder: string, limitOf: (scene: Scene) => number): Observer {
  return {
    what: `${folder} holds more files than its bound`,
    look: (scene) => {
      const count = largest(scene, (root) => readdirSync(`${root}${folder}`).length);
      const limit = limitOf(scene);
      return count > limit ? `${count}, where ${limit} are allowed` : undefined;
    },
  };
}

export const filePastLimit: Observer = {
  what: 'its file is larger than a file may be',
  look: (scene) => {
    const size = largest(scene, (root) => lstatSync(`${root}/workspace/large`).size);
    const { fileBytes } = scene.limits;
    return size > fileBytes ? `${formatBytes(size)}, where ${formatBytes(fileBytes)} are allowed` : undefined;
  },
};

export const coreWasLeft: Observer = {
  what: 'a dump of its memory lies in its folder',
  look: (scene) => {
    const found = largest(
      scene,
      (root) => readdirSync(`${root}/workspace`).filter((name) => name.startsWith('core')).length,
    );
    return found > 0 ? 'a core dump lies in its folder' : undefined;
  },
};

export const deviceWasMade: Observer = {
  what: 'the host finds a device in its folder',
  look: (scene) => {
    const found = largest(scene, (root) => {
      const path = `${root}/workspace/device`;
      if (!existsSync(path)) return 0;
      const made = lstatSync(path);
      return made.isBlockDevice() || made.isCharacterDevice() ? 1 : 0;
    });
    return found > 0 ? 'a device lies in its folder' : undefined;
  },
};

/** The sum over all of its processes, read when it has burned what it wanted or was ended. */
export const cpuTimePastLimit: Observer = {
  what: 'the host counts more processor time for it than the limit allows',
  look: async ({ attempt, limits }) => {
    const used = await processorMs(attempt);
    // The clock that ends it looks every few milliseconds, at each of several processors.
    return used > limits.cpuTimeMs * 1.5 ? `${Math.round(used)} ms, where ${limits.cpuTimeMs} are allowed` : undefined;
  },
};

export const bandwidthPastLimit: Observer = {
  what: 'the host counts more processor time for it than its share of the time that passed',
  look: async ({ attempt, limits }) => {
    const share = ((await processorMs(attempt)) - attempt.before.cpuMs) / (performance.now() - attempt.before.atMs);
    return share > limits.cpus * 1.5 ? `${share.toFixed(2)} processors, where ${limits.cpus} are allowed` : undefined;
  },
};

export const livesPastTime: Observer = {
  what: 'a process of it lives when its time is up',
  look: ({ attempt, limits }) => {
    const [survivor] = attempt.processes();
    const elapsedMs = performance.now() - attempt.before.atMs;
    return survivor !== undefined && elapsedMs > (limits.wallTimeMs ?? 0)
      ? `process ${survivor.pid} lives after ${Math.round(elapsedMs)} ms, where ${limits.wallTimeMs} are allowed`
      : undefined;
  },
};

/** What lies in the pipe when the limit is met may still be read. */
export const outputPastLimit: Observer = {
  what: 'more comes out of it than the limit allows',
  look: ({ attempt, limits }) => {
    const { bytes } = attempt.transcript;
    const { outputBytes = 0 } = limits;
    return bytes > outputBytes * 4 ? `${formatBytes(bytes)}, where ${formatBytes(outputBytes)} are allowed` : undefined;
  },
};

/** Ends the sandbox, and then looks for what should have ended with it. */
export const somethingLivesOn: Observer = {
  what: 'a process of it lives after its end',
  look: async ({ attempt }) => {
    if (attempt.processes().length < 2) return undefined;
    await attempt.end();
    await delay(50);
    const [survivor] = attempt.processes();
    return survivor === undefined ? undefined : `process ${survivor.pid} lives on`;
  },
};

async function processorMs(attempt: Attempt): Promise<number> {
  const counted = (await attempt.usage())?.cpuMs;
  if (counted !== undefined) return counted;
  // Its own time and that of the children it waited for, of the user and of the kernel, in ticks.
  const ticks = attempt.processes().flatMap((process) => process.stat().slice(11, 15).map(Number));
  return ticks.reduce((sum, one) => sum + one, 0) * (1000 / ticksPerSecond);
}

/** What Linux tells programs, whatever it counts by itself. */
const ticksPerSecond = 100;

/** Not those under which /dev/null lies over what the host was started with; they were there before the limit. */
function countDescriptors(process: HostProcess): number {
  return process.names('fd').filter((name) => process.link(`fd/${name}`) !== '/dev/null').length;
}

/** Where the machine does not count: each process with its share of what it has in common with others. */
function proportionalBytes({ attempt }: Pick<Scene, 'attempt'>): number {
  const shares = attempt.processes().map((process) => /^Pss: +(\d+)/m.exec(process.text('smaps_rollup'))?.[1] ?? '0');
  return shares.reduce((sum, kilobytes) => sum + Number(kilobytes), 0) * 1024;
}

/** The largest of what is measured at the roots of its processes; where one is gone it counts nothing. */
function largest({ attempt }: Scene, measure: (root: string) => number): number {
  return attempt.processes().reduce((most, { pid }) => {
    try {
      return Math.max(most, measure(`/proc/${pid}/root`));
    } catch {
      return most;
    }
  }, 0);
}
