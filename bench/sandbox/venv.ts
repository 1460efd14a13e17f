import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { keepFolder } from './cache.ts';

/** A virtual environment with packages of the machine's own index, made once. Resolves to its Python. */
export async function keepVenv(name: string, executable: string, packages: readonly string[]): Promise<string> {
  const folder = await keepFolder(name, async (building) => {
    call(executable, ['-m', 'venv', building]);
    call(join(building, 'bin/python'), ['-m', 'pip', 'install', '-q', ...packages]);
  });
  return join(folder, 'bin/python');
}

function call(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr.trim().slice(-300)}`);
}
