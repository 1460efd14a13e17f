/**
 * What the record costs: appends, opening, verifying, and the pause that a foreign lock makes. Usage:
 * record.ts [--entries N]. All entries are made by the real way to append, many at once.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { json } from 'node:stream/consumers';
import { parseArgs } from 'node:util';

import { type Draft, openHomeRecord } from '../src/record/index.ts';
import { databasePath } from '../src/storage/index.ts';

interface Measured {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

interface Span {
  readonly count: number;
  readonly fromMs: number;
  readonly toMs: number;
}

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    /** Set where this program calls itself: each part has a process of its own. */
    part: { type: 'string' },
    home: { type: 'string', default: '' },
  },
});
const oneByOne = 2000;
const atOnce = 1000;
const perProcess = 20_000;
const openings = 15;
const lockMs = 2000;

/** As large as the entry of a run. */
const draft: Draft = {
  action: 'run.start',
  actor: { id: 'user-1', kind: 'user', role: 'owner' },
  workspace: 'notebook-7',
  correlationId: '018f3c1e-7b52-7cc3-98c4-dc0c0c07398f',
  subject: 'run 1',
  verdict: 'allow',
  policyHash: 'e'.repeat(64),
  details: {
    codeDigest: 'a'.repeat(64),
    inputsDigest: 'b'.repeat(64),
    environmentKey: 'c'.repeat(64),
    capabilities: ['memory limit', 'process limit', 'network off'],
    limits: { memoryBytes: 268_435_456, wallTimeMs: 30_000 },
  },
};

const parts: Readonly<Record<string, (home: string) => Promise<unknown>>> = {
  'one by one': (home) => appendRate(home, oneByOne, 1),
  'many at once': (home) => appendRate(home, Number(values.entries), atOnce),
  'beside others': (home) => appendRate(home, perProcess, atOnce),
  open: openAppendClose,
  verify: verifyAll,
  lock: appendUnderLock,
};

if (values.part === undefined) await main();
else console.log(JSON.stringify(await parts[values.part]?.(values.home)));

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-bench-'));
  try {
    const results = await measure(join(folder, 'large'), join(folder, 'small'));
    console.table(results);
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, kernel: release(), node: process.version };
    console.log(JSON.stringify({ bench: 'record', ...machine, entries: Number(values.entries), results }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(large: string, small: string): Promise<Measured[]> {
  const opened = (await runPart('open', small)) as number[];
  const alone = (await runPart('one by one', small)) as Span;
  const beside = (await Promise.all(Array.from({ length: 4 }, () => runPart('beside others', small)))) as Span[];
  const lock = (await runPart('lock', small)) as { pauseMs: number; reads: number };
  const grouped = (await runPart('many at once', large)) as Span;
  const verified = (await runPart('verify', large)) as { seconds: number; peakMb: number; startMb: number };
  return [
    { what: 'open, append one entry, close: median', value: median(opened), unit: 'ms' },
    { what: 'append, one after the other', value: rateOf([alone]), unit: 'entries/s' },
    { what: `append, ${atOnce} at once`, value: rateOf([grouped]), unit: 'entries/s' },
    {
      what: `append, 4 processes with ${atOnce} at once each, together`,
      value: rateOf(beside),
      unit: 'entries/s',
    },
    { what: `verify ${Number(values.entries).toLocaleString('en')} entries`, value: verified.seconds, unit: 's' },
    { what: 'verify: memory before', value: verified.startMb, unit: 'MB' },
    { what: 'verify: memory at most', value: verified.peakMb, unit: 'MB' },
    { what: `longest pause while another process holds the lock ${lockMs / 1000} s`, value: lock.pauseMs, unit: 'ms' },
    { what: 'reads answered meanwhile', value: lock.reads, unit: '' },
  ].map(({ what, value, unit }) => ({ what, value: Math.round(value * 10) / 10, unit }));
}

async function runPart(part: string, home: string): Promise<unknown> {
  const args = [import.meta.filename, '--part', part, '--home', home, '--entries', values.entries];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [result] = await Promise.all([json(child.stdout), once(child, 'close')]);
  return result;
}

async function appendRate(home: string, count: number, lines: number): Promise<Span> {
  await using opened = await openHomeRecord(home);
  const { record } = opened;
  for (let warm = 0; warm < 200; warm++) await record.append(draft);
  let left = count;
  const appendSome = async (): Promise<void> => {
    while (left-- > 0) await record.append(draft);
  };
  const fromMs = Date.now();
  await Promise.all(Array.from({ length: lines }, appendSome));
  return { count, fromMs, toMs: Date.now() };
}

/** From the first that began to the last that ended. */
function rateOf(spans: readonly Span[]): number {
  const seconds = (Math.max(...spans.map(({ toMs }) => toMs)) - Math.min(...spans.map(({ fromMs }) => fromMs))) / 1000;
  return spans.reduce((sum, { count }) => sum + count, 0) / seconds;
}

/** Without the first, which makes the home. */
async function openAppendClose(home: string): Promise<number[]> {
  const times: number[] = [];
  for (let opening = 0; opening <= openings; opening++) {
    const begun = performance.now();
    await using opened = await openHomeRecord(home);
    await opened.record.append(draft);
    await opened.database.close();
    times.push(performance.now() - begun);
  }
  return times.slice(1);
}

async function verifyAll(home: string): Promise<{ seconds: number; peakMb: number; startMb: number }> {
  await using opened = await openHomeRecord(home);
  const startMb = process.memoryUsage.rss() / 1e6;
  const begun = performance.now();
  const { ok, bad } = await opened.record.verify();
  if (!ok) throw new Error(bad?.message);
  return { seconds: (performance.now() - begun) / 1000, peakMb: process.resourceUsage().maxRSS / 1e3, startMb };
}

async function appendUnderLock(home: string): Promise<{ pauseMs: number; reads: number }> {
  await using opened = await openHomeRecord(home);
  const { record } = opened;
  const state = { reads: 0, isAppended: false };
  const holder = new URL('../test/storage/fixtures/hold-lock.ts', import.meta.url).pathname;
  const other = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', holder, databasePath(home), String(lockMs)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(other.stdout, 'data');
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const appending = record.append(draft).finally(() => (state.isAppended = true));
  while (!state.isAppended) {
    await record.tail({ limit: 1 });
    state.reads++;
  }
  delays.disable();
  await appending;
  return { pauseMs: delays.max / 1e6, reads: state.reads };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
