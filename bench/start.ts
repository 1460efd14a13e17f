/**
 * What a start of the command line costs over a bare Node, and a whole `belljar run` over a bare Python: in turn, so that
 * a machine that changes its speed changes it for both.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

const rounds = 15;
const project = join(import.meta.dirname, '..');
const home = mkdtempSync(join(tmpdir(), 'belljar-bench-'));

interface Contestant {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

const pairs: readonly (readonly [Contestant, Contestant])[] = [
  [
    { name: './belljar --version', program: join(project, 'belljar'), args: ['--version'] },
    { name: 'node -e 0', program: process.execPath, args: ['-e', '0'] },
  ],
  [
    {
      name: './belljar run hello.py',
      program: join(project, 'belljar'),
      args: ['run', join(project, 'examples/hello.py')],
    },
    { name: 'python3 hello.py', program: 'python3', args: [join(project, 'examples/hello.py')] },
  ],
];

try {
  const results = pairs.map(([ours, theirs]) => compare(ours, theirs));
  console.table(results);
  console.log(
    JSON.stringify({
      bench: 'start',
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      node: process.version,
      rounds,
      results,
    }),
  );
} finally {
  rmSync(home, { recursive: true, force: true });
}

function compare(ours: Contestant, theirs: Contestant) {
  const times: [number, number][] = [];
  for (let round = 0; round <= rounds; round++) times.push([time(ours), time(theirs)]);
  times.shift(); // the first fills caches
  const [mine, other] = [median(times.map(([a]) => a)), median(times.map(([, b]) => b))];
  return {
    ours: ours.name,
    oursMs: round1(mine),
    theirs: theirs.name,
    theirsMs: round1(other),
    differenceMs: round1(mine - other),
  };
}

function time({ program, args }: Contestant): number {
  const startedAt = performance.now();
  const { status } = spawnSync(program, args, {
    env: { ...process.env, BELLJAR_HOME: home, BELLJAR_NODE: '' },
    stdio: 'ignore',
  });
  if (status !== 0) throw new Error(`${program} ended with ${status}`);
  return performance.now() - startedAt;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
