/**
 * What the glass costs: a launch against plain Python and bare bubblewrap, a session with its first run, and programs of
 * three kinds inside against outside. In turn, round by round, so that a machine that changes its speed does so for all.
 * Options: --rounds N
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { findInterpreter } from '../src/environments/index.ts';
import { ProcessBackend } from '../src/sandbox/index.ts';
import { Session, compileRunner, describeBundles, openSandbox } from '../src/sessions/index.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } });
const rounds = Number(values.rounds);

const interpreter = await findInterpreter();
const cache = mkdtempSync(join(tmpdir(), 'belljar-bench-'));
process.once('exit', () => rmSync(cache, { recursive: true }));
const backend = new ProcessBackend(describeBundles(interpreter.parts, await compileRunner(interpreter, cache)));
const limits = {
  memoryBytes: 512 * 1024 * 1024,
  cpus: 2,
  processes: 64,
  cpuTimeMs: 600_000,
  wallTimeMs: 600_000,
  outputBytes: 1_000_000,
  diskBytes: 64 * 1024 * 1024,
  scratchBytes: 64 * 1024 * 1024,
  openFiles: 256,
};

const bareBubblewrap = [
  '--ro-bind',
  '/',
  '/',
  '--unshare-all',
  '--dev',
  '/dev',
  '--proc',
  '/proc',
  '--die-with-parent',
  '--',
];

const programs: Readonly<Record<string, string>> = {
  'CPU-bound': 'x = 0\nfor i in range(6_000_000): x += i * i % 7',
  'system calls': 'import os\nfor _ in range(300_000): os.getppid(); os.stat("/")',
  imports: 'import asyncio, email.mime.text, http.client, json, sqlite3, unittest, xml.dom.minidom, decimal, ctypes',
};

const starts = await compareStarts();
const costs = await compareCosts();
console.table(starts);
console.table(costs);
console.log(
  JSON.stringify({
    bench: 'sandbox',
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    node: process.version,
    rounds,
    starts,
    costs,
  }),
);

async function compareStarts() {
  const { executable } = interpreter;
  const contestants: Readonly<Record<string, () => Promise<void> | void>> = {
    'session ready (ours)': async () => (await open()).close(),
    'session and first run (ours)': async () => {
      const session = await open();
      await session.run({ name: 'x.py', code: 'print(1 + 1)', args: [] });
      await session.close();
    },
    'python3 -c 1+1': () => spawn(executable, ['-I', '-c', 'print(1 + 1)']),
    'bwrap python3 -c 1+1': () => spawn('bwrap', [...bareBubblewrap, executable, '-I', '-c', 'print(1 + 1)']),
  };
  const times = new Map(Object.keys(contestants).map((name): [string, number[]] => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, attempt] of Object.entries(contestants)) {
      const startedAt = performance.now();
      await attempt();
      if (round > 0) times.get(name)?.push(performance.now() - startedAt); // the first fills caches
    }
  }
  return [...times].map(([what, all]) => ({ what, p50Ms: quantile(all, 0.5), p95Ms: quantile(all, 0.95) }));
}

async function compareCosts() {
  const results = [];
  for (const [program, code] of Object.entries(programs)) {
    const timed = `import time\nstarted = time.perf_counter()\n${code}\nprint(time.perf_counter() - started)`;
    const ratios: number[] = [];
    for (let round = 0; round < Math.max(5, rounds / 4); round++) ratios.push((await inside(timed)) / outside(timed));
    results.push({ program, insideOverOutside: quantile(ratios, 0.5), worst: quantile(ratios, 1) });
  }
  return results;
}

async function open(): Promise<Session> {
  return Session.over(await openSandbox(backend, { executable: interpreter.executable, limits, require: [] }), limits);
}

async function inside(code: string): Promise<number> {
  const session = await open();
  let output = '';
  await session.run(
    { name: 'x.py', code, args: [] },
    {
      onEvent: (event) => {
        if (event.type === 'stream') output += Buffer.from(event.bytes).toString();
      },
    },
  );
  await session.close();
  return Number(output);
}

function outside(code: string): number {
  return Number(spawnSync(interpreter.executable, ['-I', '-c', code], { encoding: 'utf8' }).stdout);
}

function spawn(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
}

function quantile(all: readonly number[], q: number): number {
  const sorted = all.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN) * 100) / 100;
}
