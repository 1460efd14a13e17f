import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

import { BelljarError, errorTable, toBelljarError } from '../errors.ts';
import { type CommandIo, type CommandOptions, printJson, readerLeft } from './command.ts';
import { commands } from './commands.ts';
import { nearestOf } from '../nearest.ts';
import { parseOptions } from './parse-options.ts';
import { toVisible } from './terminal-text.ts';

const commonOptions: CommandOptions = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
};

const io: CommandIo = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env };

const interruption = new AbortController();

// A reader that went away (`belljar audit tail | head`) ends the command quietly, but lets it clean up.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') interruption.abort(readerLeft);
  else interruption.abort(new BelljarError('OUTPUT_UNWRITABLE', `standard output cannot be written: ${error.message}`));
});
// There is nobody left to tell.
process.stderr.on('error', () => undefined);

let interruptedBy: NodeJS.Signals | undefined;
let furtherInterrupt: (() => void) | undefined;
let interruptTaker: (() => void) | undefined;

function onFurtherInterrupt(listener: () => void): void {
  furtherInterrupt = listener;
}

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  const stopListening = listenForInterrupt();
  try {
    return exitCodeAfter(await dispatch(argv));
  } catch (thrown) {
    const error = toBelljarError(thrown);
    if (error !== readerLeft) printError(error, wantsJson(argv));
    return exitCodeAfter(error.exitCode);
  } finally {
    stopListening();
  }
}

/** How it was interrupted tells the exit code, where the command itself says no more than that it was. */
function exitCodeAfter(code: number): number {
  if (interruption.signal.reason === readerLeft) return 128 + constants.signals.SIGPIPE;
  return code === errorTable.CANCELLED.exit && interruptedBy !== undefined
    ? 128 + constants.signals[interruptedBy]
    : code;
}

/** What stands behind -- is the code's, not ours. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.slice(0, end === -1 ? argv.length : end).includes('--json');
}

async function dispatch(argv: readonly string[]): Promise<number> {
  const [first] = argv;
  if (first === '--version' || first === '-V') {
    io.stdout.write(`${readVersion()}\n`);
    return 0;
  }
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    io.stdout.write(overview());
    return 0;
  }
  const words = matchCommand(argv);
  if (words === undefined) return listGroup(argv);
  const entry = commands[words];
  if (entry === undefined) throw new BelljarError('INTERNAL', `no command ${words}`);
  const command = await entry.load();
  const { values, positionals } = parseOptions(
    argv.slice(words.split(' ').length),
    { ...command.options, ...commonOptions },
    words,
  );
  if (values['help'] === true) {
    io.stdout.write(`${command.help.trim()}\n`);
    return 0;
  }
  if (positionals.length > command.positionals) {
    const surplus = positionals[command.positionals] ?? '';
    throw new BelljarError('USAGE', `“${surplus}” is one word too many for belljar ${words}`, {
      hint: `Run belljar ${words} --help.`,
    });
  }
  const { signal } = interruption;
  return command.run({ values, positionals, io, signal, abandonOutput, onFurtherInterrupt, takeInterrupts });
}

function matchCommand(argv: readonly string[]): string | undefined {
  const two = argv.slice(0, 2).join(' ');
  if (Object.hasOwn(commands, two)) return two;
  return argv[0] !== undefined && Object.hasOwn(commands, argv[0]) ? argv[0] : undefined;
}

function listGroup(argv: readonly string[]): number {
  const [group = '', sub] = argv;
  const members = Object.keys(commands).filter((name) => name.startsWith(`${group} `));
  const wantsHelp = sub === undefined || sub === '--help' || sub === '-h';
  if (members.length > 0 && wantsHelp) {
    io.stdout.write(`belljar ${group}:\n${members.map(describe).join('')}`);
    return sub === undefined ? 2 : 0;
  }
  const tried = members.length > 0 ? `${group} ${sub ?? ''}` : group;
  const nearest = nearestOf(tried, members.length > 0 ? members : Object.keys(commands));
  throw new BelljarError('USAGE', `there is no command “${tried}”`, {
    hint: nearest === undefined ? 'Run `belljar --help` for all commands.' : `Did you mean “belljar ${nearest}”?`,
  });
}

/** A moment for a reader who is only slow. The timer does not keep the command, only what is still to be written does. */
function abandonOutput(): void {
  setTimeout(() => process.exit(), 500).unref();
}

function takeInterrupts(take: () => void): Disposable {
  interruptTaker = take;
  return { [Symbol.dispose]: () => (interruptTaker = undefined) };
}

/** The first interrupt asks the command to stop; the second does not ask. */
function listenForInterrupt(): () => void {
  const onSignal = (name: NodeJS.Signals): void => {
    if (name === 'SIGINT' && interruptTaker !== undefined) {
      interruptTaker();
      return;
    }
    if (interruptedBy !== undefined && furtherInterrupt === undefined) process.exit(128 + constants.signals[name]);
    if (interruptedBy !== undefined) {
      furtherInterrupt?.();
      furtherInterrupt = undefined;
      return;
    }
    interruptedBy = name;
    const message = name === 'SIGINT' ? 'interrupted' : 'asked to stop';
    interruption.abort(new BelljarError('CANCELLED', message, { details: { signal: name } }));
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, onSignal);
  return () => {
    for (const name of names) process.off(name, onSignal);
  };
}

function printError(error: BelljarError, asJson: boolean): void {
  if (asJson) {
    printJson(io, { error });
    return;
  }
  // Only a list of problems has lines: elsewhere a name of a file could forge one.
  const lines = Array.isArray(error.details['problems']) ? error.message.split('\n') : [error.message];
  for (const [index, line] of lines.entries()) {
    io.stderr.write(`${index === 0 ? 'belljar: ' : ''}${toVisible(line)}\n`);
  }
  for (const line of wordsOf(error)) io.stderr.write(`  | ${toVisible(line)}\n`);
  if (error.hint !== '') io.stderr.write(`  hint: ${toVisible(error.hint)}\n`);
  if (error.code === 'INTERNAL' && io.env['BELLJAR_DEBUG'] !== undefined) {
    io.stderr.write(`${(error.cause as Error | undefined)?.stack ?? error.stack}\n`);
  }
}

/** What a tool said itself before it failed. */
function wordsOf({ details: { said } }: BelljarError): string[] {
  return typeof said === 'string' && said !== '' ? said.split('\n') : [];
}

function overview(): string {
  const lines = Object.keys(commands).map(describe).join('');
  return `belljar: run untrusted Python, and let packages in, under one policy

Usage: belljar COMMAND [OPTION…]     belljar COMMAND --help     belljar --version

${lines}
Every command takes --json and --help. Everything is kept below BELLJAR_HOME.
`;
}

function describe(name: string): string {
  const width = Math.max(...Object.keys(commands).map(({ length }) => length)) + 1;
  return `  ${name.padEnd(width)}${commands[name]?.summary}\n`;
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
