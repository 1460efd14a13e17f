import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';

import { BelljarError } from '../../errors.ts';
import type { Sandbox } from '../contract.ts';
import { type LaunchCommand, accountsDescriptor, filterDescriptor, optionsDescriptor } from './command.ts';
import { coverInherited } from './inherited.ts';
import { type LaunchTerms, ProcessSandbox } from './process-sandbox.ts';

const programPath = { PATH: '/usr/local/bin:/usr/bin:/bin' };

/** Starts the command and owns all that came into being with it until nothing of it is left. */
export async function startSandbox(command: LaunchCommand, terms: LaunchTerms): Promise<Sandbox> {
  const { lifted } = terms;
  const startedAt = performance.now();
  // A session of its own: the terminal's Ctrl-C is ours to translate, not the sandbox's to receive.
  const child = spawn(command.file, command.args, {
    env: lifted.has('empty-environment') ? process.env : programPath,
    stdio: [
      'ignore',
      'ignore',
      'pipe',
      'pipe',
      'pipe',
      command.filter === undefined ? 'ignore' : 'pipe',
      ...command.accounts.map(() => 'pipe' as const),
      ...(lifted.has('covered-descriptors') ? [] : coverInherited(accountsDescriptor + command.accounts.length - 1)),
    ],
    detached: true,
    cwd: '/',
  });
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new BelljarError('SANDBOX_LAUNCH_FAILED', `cannot start ${command.file}`, { cause });
  }
  send(child, optionsDescriptor, command.bubblewrapOptions);
  if (command.filter !== undefined) send(child, filterDescriptor, command.filter);
  for (const { descriptor, text } of command.accounts) send(child, descriptor, text);
  return new ProcessSandbox(child, terms, startedAt);
}

function send(child: ChildProcess, descriptor: number, content: string | Buffer): void {
  const stream = child.stdio[descriptor] as Writable;
  // It may be gone before it has read all; its exit says so better than a broken pipe.
  stream.on('error', () => undefined);
  stream.end(content);
}
