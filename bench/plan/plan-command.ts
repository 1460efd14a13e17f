import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import type { Contestant } from '../sandbox/figures.ts';

const launcher = join(import.meta.dirname, '../../belljar');

/** `belljar plan` as a person starts it, on a home. */
export function planCommand(home: string, args: readonly string[]): Contestant {
  return async () => {
    const startedAt = performance.now();
    const child = spawn(launcher, ['plan', ...args, '--json'], {
      env: { ...process.env, BELLJAR_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const closed = once(child, 'close');
    const [output, said] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    if (!output.includes('"verdict"')) throw new Error(`belljar plan gave no plan: ${said.slice(0, 500)}`);
    return performance.now() - startedAt;
  };
}
