import { PassThrough } from 'node:stream';
import { parseArgs } from 'node:util';

import type { Command, CommandIo } from '../../src/cli/command.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandRun {
  readonly home: string;
  /** Makes both streams terminals of so many columns. */
  readonly columns?: number;
  readonly signal?: AbortSignal;
  /** Hears each piece of standard output. */
  readonly onOutput?: (text: string) => void;
}

/** Runs a command of the command line in this process, as main.ts would. */
export async function runCommand(command: Command, args: readonly string[], run: CommandRun): Promise<CommandResult> {
  const { home, columns, signal = new AbortController().signal, onOutput } = run;
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  const stdout = Object.assign(new PassThrough(), terminal);
  const stderr = Object.assign(new PassThrough(), terminal);
  const texts = [collect(stdout, onOutput), collect(stderr)];
  const io: CommandIo = { stdin: new PassThrough().end(), stdout, stderr, env: { BELLJAR_HOME: home } };
  const options = { ...command.options, json: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  try {
    const code = await command.run({ values, positionals, io, signal });
    stdout.end();
    stderr.end();
    const [out = '', err = ''] = await Promise.all(texts);
    return { code, stdout: out, stderr: err };
  } finally {
    stdout.destroy();
    stderr.destroy();
  }
}

async function collect(stream: PassThrough, onOutput?: (text: string) => void): Promise<string> {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (piece: string) => {
    text += piece;
    onOutput?.(piece);
  });
  await new Promise((resolve) => stream.once('close', resolve));
  return text;
}
