/**
 * Launches many sandboxes, and kills servers in the middle of launching: nothing may be left, neither descriptors nor
 * processes, cgroups or temporary files. Options: --launches N --kills N
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { ProcessBackend } from '../../src/sandbox/index.ts';
import { launchOnce } from '../fixtures/launch-once.ts';

const { values } = parseArgs({
  options: { launches: { type: 'string', default: '10000' }, kills: { type: 'string', default: '50' } },
});
const launches = Number(values.launches);
const kills = Number(values.kills);
const atOnce = 4;

/** Others may run sandboxes and keep temporary files on this machine; only what is ours is counted. */
const mark = `belljar-soak-${process.pid}`;
const temporary = mkdtempSync(join(tmpdir(), 'belljar-soak-'));
process.env['TMPDIR'] = temporary;
process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));
const servers = [process.pid];

const backend = new ProcessBackend({});
await launchOnce(backend, mark); // what is opened once and kept
const before = census();
console.log('before', before);

await launchMany(launches);
console.log(`after ${launches} launches`, census());
for (let kill = 1; kill <= kills; kill++) await killServer();
await launchOnce(new ProcessBackend({}), mark); // the next start sweeps
const after = census();
console.log(`after ${kills} kills and the sweep of the next start`, after);

const leaks = Object.entries(after).filter(([name, count]) => count > (before[name] ?? 0));
console.log(leaks.length === 0 ? 'launches: nothing left behind' : `launches: LEFT BEHIND ${JSON.stringify(leaks)}`);
process.exitCode = leaks.length === 0 ? 0 : 1;

async function launchMany(count: number): Promise<void> {
  let started = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (started < count) {
        started += 1;
        if (started % 1000 === 0) console.log(`${started} launched`);
        await launchOnce(backend, mark);
      }
    }),
  );
}

/** A server that launches without end is killed after a moment that differs each time. */
async function killServer(): Promise<void> {
  const program = new URL('../fixtures/launch-forever.ts', import.meta.url).pathname;
  const server = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, mark], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  servers.push(server.pid ?? 0);
  await once(server.stdout, 'data');
  await delay(Math.random() * 100);
  const closed = once(server, 'close');
  server.kill('SIGKILL');
  await closed;
}

function census(): Record<string, number> {
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    processes: countSandboxProcesses(),
    cgroups: countGroups('/sys/fs/cgroup'),
    temporary: readdirSync(temporary).length,
  };
}

/** Bubblewrap and what runs in it, told by the mark on its command line. */
function countSandboxProcesses(): number {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark);
    } catch {
      return false; // it ended while we looked
    }
  }).length;
}

function countGroups(folder: string): number {
  let count = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const [, pid] = /^\d+-(\d+)-\d+-\d+$/.exec(entry.name) ?? [];
    if (pid !== undefined) count += servers.includes(Number(pid)) ? 1 : 0;
    else count += countGroups(`${folder}/${entry.name}`);
  }
  return count;
}
