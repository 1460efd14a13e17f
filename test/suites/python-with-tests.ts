import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { type Interpreter, findInterpreter } from '../../src/environments/index.ts';

/** The newest CPython of this machine that brings its own tests along, or the one that BELLJAR_SUITES_PYTHON names. */
export async function findPythonWithTests(): Promise<Interpreter | undefined> {
  const named = process.env['BELLJAR_SUITES_PYTHON'];
  const found: Interpreter[] = [];
  for (const path of named === undefined ? candidates() : [named]) {
    const interpreter = await findInterpreter({ named: path }).catch(() => undefined);
    if (interpreter !== undefined && hasTests(interpreter)) found.push(interpreter);
  }
  return found.sort((one, other) => minorOf(other) - minorOf(one))[0];
}

export function minorOf({ version }: Pick<Interpreter, 'version'>): number {
  return Number(version.split('.')[1]);
}

/** Where the tests lie: most distributions leave them out, or in a package of their own. */
function hasTests(interpreter: Interpreter): boolean {
  const library = join(interpreter.executable, '../../lib', `python3.${minorOf(interpreter)}`);
  return existsSync(join(library, 'test/test_json/__init__.py')) && existsSync(join(library, 'test/test_threading.py'));
}

function candidates(): string[] {
  const pyenv = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions');
  const versions = existsSync(pyenv) ? readdirSync(pyenv).filter((name) => name.startsWith('3.')) : [];
  return ['/usr/bin/python3', '/usr/local/bin/python3', ...versions.map((name) => join(pyenv, name, 'bin/python3'))];
}
