import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const python = join(import.meta.dirname, '../../python');
const timeoutMs = 100_000;

/** Isolated from the machine's settings as the runner is; what it may import is put on the path inside. */
const program = `
import sys
sys.dont_write_bytecode = True
sys.path[:0] = sys.argv[2:]
import unittest
unittest.main(module=sys.argv[1], argv=["unittest"], verbosity=1)
`;

/** The unittest modules of one folder below python/tests, without their suffix. */
export function listPythonTests(folder = '.'): string[] {
  return readdirSync(join(python, 'tests', folder))
    .filter((name) => /^test_.*\.py$/.test(name))
    .map((name) => name.slice(0, -'.py'.length))
    .sort();
}

export interface PythonTest {
  readonly executable: string;
  /** The module's name. */
  readonly module: string;
  /** Below python/tests, where it is not that folder itself. */
  readonly folder?: string;
  /** Where third-party packages lie, for tests that need them. */
  readonly packages?: string;
}

/** Runs one module of unittest; fails with all that it printed. Says how many of its tests were skipped. */
export async function runPythonTest({ executable, module, folder = '.', packages }: PythonTest): Promise<number> {
  const paths = [join(python, 'tests', folder), join(python, 'tests'), join(python, 'belljar_runner')];
  if (packages !== undefined) paths.push(packages);
  const args = ['-I', '-X', 'faulthandler', '-c', program, module, ...paths];
  const { stderr } = await execute(executable, args, { timeout: timeoutMs, maxBuffer: 16 * 1024 * 1024 }).catch(
    (error: unknown) => assert.fail(describeFailure(error)),
  );
  assert.match(stderr, /^Ran [1-9]\d* tests? in/m, `no test ran:\n${stderr}`);
  return Number(/skipped=(\d+)/.exec(stderr)?.[1] ?? 0);
}

function describeFailure(error: unknown): string {
  const { killed, stdout, stderr } = error as { killed?: boolean; stdout?: string; stderr?: string };
  return [killed ? `it took longer than ${timeoutMs} ms` : '', stdout, stderr, stderr ? '' : String(error)].join('\n');
}
