import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chownSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';

import { z } from 'zod';

import type { Interpreter } from '../../src/environments/index.ts';
import { ProcessBackend } from '../../src/sandbox/index.ts';
import { Session, describeBundles, openSandbox } from '../../src/sessions/index.ts';

/** What one test came to. */
export interface TestOutcome {
  readonly outcome: string;
  /** Why, in the words of the test: they hold what differs from run to run, so nothing is decided by them. */
  readonly detail?: string | undefined;
}

/** The outcomes of one module by the ids of its tests, and how its process ended. */
export interface ModuleOutcome {
  readonly tests: ReadonlyMap<string, TestOutcome>;
  readonly end: string;
}

export interface ModuleRequest {
  readonly interpreter: Interpreter;
  readonly module: string;
  /** All tests of the module, where left out. */
  readonly ids?: readonly string[];
}

const program = join(import.meta.dirname, 'suite.py');
const mebibyte = 1024 * 1024;
const limits = {
  memoryBytes: 2048 * mebibyte,
  cpus: 2,
  processes: 512,
  cpuTimeMs: 900_000,
  wallTimeMs: 900_000,
  outputBytes: 64 * mebibyte,
  diskBytes: 8192 * mebibyte,
  scratchBytes: 512 * mebibyte,
  openFiles: 1024,
};

/** As code that a user runs: in a session, by the runner. */
export async function runModuleInside({ interpreter, module, ids = [] }: ModuleRequest): Promise<ModuleOutcome> {
  const backend = new ProcessBackend(describeBundles(interpreter.parts));
  const { executable } = interpreter;
  await using session = await Session.over(await openSandbox(backend, { executable, limits, require: [] }), limits);
  const mark = randomUUID();
  const output: Uint8Array[] = [];
  const { outcome } = await session.runScript(
    { name: 'suite.py', code: readFileSync(program, 'utf8'), args: [mark, module, ...ids] },
    {
      onEvent: (event) => {
        if (event.type === 'stream') output.push(event.bytes);
      },
    },
  );
  return collect(Buffer.concat(output).toString('utf8'), mark, JSON.stringify(outcome));
}

/** An ordinary user's number that every machine knows by name. */
const nobody = 65_534;

/** As the same Python would run it for an ordinary user of this machine, in folders of its own. */
export async function runModuleOutside({ interpreter, module, ids = [] }: ModuleRequest): Promise<ModuleOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-suite-'));
  try {
    chownSync(folder, nobody, nobody);
    const [workspace, scratch] = ['workspace', 'tmp'].map((name) => join(folder, name)) as [string, string];
    for (const path of [workspace, scratch]) {
      mkdirSync(path);
      chownSync(path, nobody, nobody);
    }
    copyFileSync(program, join(workspace, 'suite.py'));
    const mark = randomUUID();
    const child = spawn(
      'unshare',
      ['--mount', 'sh', '-c', preamble, 'suites', closedFolder(interpreter.executable), prefixOf(interpreter), folder]
        .concat(['setpriv', '--reuid', String(nobody), '--regid', String(nobody), '--clear-groups', '--no-new-privs'])
        .concat(['--inh-caps=-all', '--bounding-set=-all'])
        .concat([interpreter.executable, '-X', 'utf8', join(workspace, 'suite.py'), mark, module, ...ids]),
      {
        env: { PATH: '/usr/bin:/bin', HOME: workspace, TMPDIR: scratch, LANG: 'C.UTF-8' },
        stdio: ['ignore', 'pipe', 'pipe'],
        cwd: workspace,
        detached: true,
        timeout: limits.wallTimeMs,
      },
    );
    return await finish(child, mark);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An interpreter below a home that is closed to others is shown to the ordinary user alone, at the same path. */
const preamble = `
closed=$1 prefix=$2 folder=$3
shift 3
if [ -n "$closed" ]; then
  mkdir "$folder/prefix" && mount --bind "$prefix" "$folder/prefix"
  mount -t tmpfs -o mode=755 none "$closed" && mkdir -p "$prefix" && mount --bind "$folder/prefix" "$prefix"
  umount "$folder/prefix"
fi
ulimit -n ${limits.openFiles}; ulimit -c 0
exec "$@"
`;

function prefixOf({ executable }: Interpreter): string {
  return join(executable, '../..');
}

/** The topmost folder on the way that only its owner may pass; empty where there is none. */
function closedFolder(path: string): string {
  const parent = dirname(path);
  if (parent === path) return '';
  return closedFolder(parent) || ((statSync(parent).mode & 0o001) === 0 ? parent : '');
}

async function finish(child: ChildProcess, mark: string): Promise<ModuleOutcome> {
  if (child.stdout === null || child.stderr === null) throw new Error('the streams are not piped');
  const exit = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      if (child.pid !== undefined) endGroup(child.pid); // what a test left behind holds the streams
      resolve(signal ?? String(code));
    });
  });
  const [stdout, stderr, end] = await Promise.all([buffer(child.stdout), buffer(child.stderr), exit]);
  return collect(stdout.toString('utf8'), mark, `exit ${end}: ${stderr.toString('utf8').slice(-500)}`);
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Nothing was left.
  }
}

const lineSchema = z.object({ id: z.string(), outcome: z.string(), detail: z.string().optional() });

function collect(output: string, mark: string, end: string): ModuleOutcome {
  const tests = new Map<string, TestOutcome>();
  let isFinished = false;
  for (const line of output.split('\n')) {
    if (!line.startsWith(mark)) continue;
    const { id, outcome, detail } = lineSchema.parse(JSON.parse(line.slice(mark.length)));
    if (id === '') isFinished = true;
    else tests.set(id, { outcome: outcome === 'started' ? 'died' : outcome, detail });
  }
  return { tests, end: isFinished ? 'finished' : end };
}
