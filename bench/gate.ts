/**
 * What the gate costs against a plain static file server in Node, and against devpi-server and proxpi, in one run, in turn.
 * What they need is made once, below .cache; what cannot be had here says why, in its row.
 * Options: --seconds N (per measurement), --rounds N, --json FILE
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { parseArgs } from 'node:util';

import type { LoadReport, Task } from './gate/load.ts';
import { type BenchServer, startDevpi, startOurs, startProxpi } from './gate/servers.ts';
import { describeMachine, quantile, refuseWhenInterrupted, round, type Row } from './sandbox/figures.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
});
const simpleJson = 'application/vnd.pypi.simple.v1+json';

interface Contestant {
  readonly name: string;
  readonly server: BenchServer;
  /** The addresses of the page and of the file of 16.8 MB. */
  readonly page: string;
  readonly file: string;
}

interface Kind {
  readonly what: string;
  readonly connections: number;
  path(contestant: Contestant): string;
  headers?: Readonly<Record<string, string>>;
  /** Measured where the contestant has it. */
  for?: readonly string[];
}

const kinds: readonly Kind[] = [
  { what: 'page of 1,000 files', connections: 8, path: ({ page }) => page },
  { what: 'page of 1,000 files, one client', connections: 1, path: ({ page }) => page },
  {
    what: 'page of 1,000 files, gzip',
    connections: 8,
    path: ({ page }) => page,
    headers: { 'accept-encoding': 'gzip' },
    for: ['gate'],
  },
  { what: 'file of 16.8 MB', connections: 4, path: ({ file }) => file },
];

const folder = mkdtempSync(join(tmpdir(), 'belljar-bench-gate-'));
try {
  await using opened = new AsyncDisposableStack();
  const { contestants, missing } = await startAll(opened);
  const rows = await measureAll(contestants);
  console.table([...rows, ...missing]);
  const gate = contestants.find(({ name }) => name === 'gate');
  const memory = gate === undefined ? [] : [await measureMemory(gate)];
  console.table(memory);
  const report = { bench: 'gate', ...describeMachine(), rounds: Number(values.rounds), rows, missing, memory };
  console.log(JSON.stringify(report));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function startAll(opened: AsyncDisposableStack): Promise<{ contestants: Contestant[]; missing: Row[] }> {
  const index = opened.use(await startOurs('serve-index.ts', [join(folder, 'index')]));
  const indexUrl = `http://127.0.0.1:${index.port}/simple/`;
  const starts: Readonly<Record<string, () => Promise<BenchServer>>> = {
    gate: () => startOurs('serve-gate.ts', [indexUrl, join(folder, 'gate')]),
    static: async () => startOurs('serve-static.ts', [join(folder, 'static')]),
    proxpi: () => startProxpi('python3', index.port),
    devpi: () => startDevpi('python3', join(folder, 'devpi'), index.port),
  };
  const contestants: Contestant[] = [];
  const missing: Row[] = [];
  for (const [name, start] of Object.entries(starts)) {
    refuseWhenInterrupted();
    try {
      const server = opened.use(await start());
      contestants.push(name === 'static' ? await fillStatic(server, contestants) : await describe(name, server));
    } catch (error) {
      missing.push({ what: name, why: `not measured: ${(error as Error).message.slice(0, 200)}` });
    }
  }
  return { contestants, missing };
}

async function describe(name: string, server: BenchServer): Promise<Contestant> {
  const base = name === 'gate' ? `${server.prefix}/simple` : server.prefix;
  const find = async (project: string): Promise<string> => {
    const page = `http://127.0.0.1:${server.port}${base}/${project}/`;
    const html = await (await fetch(page, { headers: { accept: 'text/html' } })).text();
    const [, href = ''] = /<a [^>]*href="([^"#]+)/.exec(html) ?? [];
    const url = new URL(href.replaceAll('&amp;', '&'), page);
    // The first time it is brought from the index.
    await (await fetch(url)).arrayBuffer();
    return `${url.pathname}${url.search}`;
  };
  return { name, server, page: `${base}/large/`, file: await find('wheel') };
}

/** The very bytes that the gate serves, as files. */
async function fillStatic(server: BenchServer, [gate]: readonly Contestant[]): Promise<Contestant> {
  if (gate === undefined) throw new Error('there is no gate to copy from');
  await mkdir(join(folder, 'static'), { recursive: true });
  for (const [name, path] of Object.entries({ page: gate.page, file: gate.file })) {
    const response = await fetch(`http://127.0.0.1:${gate.server.port}${path}`, { headers: { accept: simpleJson } });
    await writeFile(join(folder, 'static', name), new Uint8Array(await response.arrayBuffer()));
  }
  return { name: 'static', server, page: '/page', file: '/file' };
}

async function measureAll(contestants: readonly Contestant[]): Promise<Row[]> {
  const reports = new Map<string, LoadReport[]>();
  for (let turn = 0; turn < Number(values.rounds); turn++) {
    for (const kind of kinds) {
      for (const contestant of contestants) {
        if (kind.for?.includes(contestant.name) === false) continue;
        refuseWhenInterrupted();
        const key = `${kind.what}|${contestant.name}`;
        const report = await load(contestant.server, kind.path(contestant), kind);
        reports.set(key, [...(reports.get(key) ?? []), report]);
      }
    }
  }
  return [...reports].map(([key, all]) => summarize(key, all, reports));
}

function summarize(key: string, all: readonly LoadReport[], reports: ReadonlyMap<string, readonly LoadReport[]>): Row {
  const [what = '', who = ''] = key.split('|');
  const plain = reports.get(`${what}|static`) ?? [];
  const latencies = all.flatMap(({ latenciesMs }) => latenciesMs);
  return {
    what,
    who,
    'per second': round(rateOf(all)),
    'MB/s': round(all.reduce((sum, { bytes }) => sum + bytes, 0) / 1e3 / all.reduce((sum, { ms }) => sum + ms, 0)),
    'median ms': quantile(latencies, 0.5),
    '99 % ms': quantile(latencies, 0.99),
    'of static': plain.length === 0 ? '' : round(rateOf(all) / rateOf(plain)),
  };
}

/** The median of the rounds. */
function rateOf(all: readonly LoadReport[]): number {
  return quantile(
    all.map(({ answers, ms }) => (answers * 1000) / ms),
    0.5,
  );
}

async function load(
  server: BenchServer,
  path: string,
  { connections, headers = {} }: Pick<Kind, 'connections' | 'headers'>,
): Promise<LoadReport> {
  const task: Task = {
    port: server.port,
    path,
    headers: { accept: simpleJson, ...headers },
    connections,
    ms: Number(values.seconds) * 1000,
    answers: Number.MAX_SAFE_INTEGER,
  };
  return runLoad(task);
}

async function runLoad(task: Task): Promise<LoadReport> {
  const program = join(import.meta.dirname, 'gate/load.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return (await json(child.stdout)) as LoadReport;
}

/** While 50 clients fetch 200 MB each at once, and one more asks for a page again and again. */
async function measureMemory({ server, page: pagePath }: Contestant): Promise<Row> {
  const page = `http://127.0.0.1:${server.port}${server.prefix}/simple/giant/`;
  const html = await (await fetch(page)).text();
  const url = new URL(/<a [^>]*href="([^"#]+)/.exec(html)?.[1] ?? '', page);
  await fetch(url, { method: 'HEAD' });
  const beforeMb = server.memoryMb('VmRSS');
  const task = { port: server.port, path: url.pathname, headers: {}, connections: 50, ms: 600_000, answers: 50 };
  const loading = runLoad(task);
  const { latenciesMs } = await load(server, pagePath, { connections: 1 });
  const { bytes, ms } = await loading;
  return {
    what: '50 clients, 200 MB each, at once',
    'MB before': round(beforeMb),
    'MB at most': round(server.memoryMb('VmHWM')),
    'MB/s': round(bytes / 1e3 / ms),
    seconds: round(ms / 1000),
    'page median ms': quantile(latenciesMs, 0.5),
    'page 99 % ms': quantile(latenciesMs, 0.99),
    'page worst ms': quantile(latenciesMs, 1),
  };
}
