import { globSync, readFileSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';

import type { Session } from '../../src/sessions/index.ts';
import { type Row, atOnce, quantile, round, timeOf } from './figures.ts';
import { type Glass, roomyLimits, runIn } from './glass.ts';

/** Many sandboxes that live at once and do nothing: what they cost, and what is left when they are gone. */
export async function measureCrowd(glass: Glass, count: number): Promise<Row[]> {
  await (await glass.open()).close(); // what is opened once stays open
  const before = census();
  const hostBefore = process.memoryUsage.rss();
  const sessions: Session[] = [];
  const open = (): Promise<number> => glass.open(roomyLimits).then((session) => sessions.push(session));
  const numbers = Array.from({ length: count }, (_, index) => index);
  const startMs = await timeOf(() => atOnce(numbers, 4 * availableParallelism(), open));
  const idle = describeMemory('ready');
  await atOnce(sessions, 4 * availableParallelism(), (session) => runIn(session, 'print(1 + 1)'));
  const used = describeMemory('after a first run');
  const host = process.memoryUsage.rss() - hostBefore;
  const closeMs = await timeOf(() => Promise.all(sessions.map((session) => session.close())));
  const after = Object.entries(census());
  return [
    { what: `start ${count}, all alive at the end`, value: round(startMs), unit: 'ms' },
    { what: 'start, each', value: round(startMs / count), unit: 'ms' },
    ...idle,
    ...used,
    { what: 'memory of the host process for each', value: round(host / count / 1e6), unit: 'MB' },
    { what: 'close all', value: round(closeMs), unit: 'ms' },
    ...after.map(([what, number]) => ({ what: `left: ${what}`, value: number - (before[what] ?? 0), unit: '' })),
  ];
}

/** What all sandboxes that live now take. */
export function describeMemory(when: string): Row[] {
  const own = ownMemoryOfEach();
  const charged = chargedMemoryOfEach();
  return [
    { what: `${when}: counted`, value: own.length, unit: 'sandboxes' },
    { what: `${when}: private memory, median`, value: round(quantile(own, 0.5) / 1e6), unit: 'MB' },
    { what: `${when}: private memory, most`, value: round(quantile(own, 1) / 1e6), unit: 'MB' },
    { what: `${when}: charged to the cgroup, median`, value: round(quantile(charged, 0.5) / 1e6), unit: 'MB' },
  ];
}

function census(): Record<string, number> {
  return {
    processes: descendants(process.pid).length,
    cgroups: globSync(`/sys/fs/cgroup/**/belljar/*-${process.pid}-*`).length,
    descriptors: readdirSync('/proc/self/fd').length,
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length,
  };
}

/** Of all processes of each sandbox, bubblewrap's too. What they share with each other counts once, by halves. */
function ownMemoryOfEach(): number[] {
  const parents = readParents();
  const roots = [...parents].filter(([, parent]) => parent === process.pid).map(([pid]) => pid);
  return roots.map((pid) => [pid, ...descendants(pid, parents)].reduce((sum, each) => sum + ownBytes(each), 0));
}

/** Files that are mapped are the machine's: all sandboxes share them. */
function ownBytes(pid: number): number {
  const text = readOrEmpty(`/proc/${pid}/smaps_rollup`);
  const sizes = text.matchAll(/^Pss_(?:Anon|Shmem):\s+(\d+) kB$/gm);
  return [...sizes].reduce((sum, [, size]) => sum + Number(size) * 1024, 0);
}

function chargedMemoryOfEach(): number[] {
  const files = globSync(`/sys/fs/cgroup/**/belljar/*-${process.pid}-*/memory.{current,usage_in_bytes}`);
  return files.map((file) => Number(readOrEmpty(file)));
}

function descendants(pid: number, parents = readParents()): number[] {
  const children = [...parents].filter(([, parent]) => parent === pid).map(([child]) => child);
  return children.flatMap((child) => [child, ...descendants(child, parents)]);
}

function readParents(): Map<number, number> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return new Map(
    pids.flatMap((pid): [number, number][] => {
      const stat = readOrEmpty(`/proc/${pid}/stat`);
      const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
      return parent === undefined ? [] : [[Number(pid), Number(parent)]];
    }),
  );
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it ended in between
  }
}
