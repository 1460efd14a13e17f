import type { Readable, Writable } from 'node:stream';
import type { ParseArgsConfig } from 'node:util';

import { BelljarError } from '../errors.ts';

export type CommandOptions = NonNullable<ParseArgsConfig['options']>;
export type OptionValues = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** The streams and surroundings of one invocation, so that a command can be driven without a process. */
export interface CommandIo {
  readonly stdin: Readable & { isTTY?: boolean };
  readonly stdout: Writable & { isTTY?: boolean; columns?: number };
  readonly stderr: Writable & { isTTY?: boolean; columns?: number };
  readonly env: NodeJS.ProcessEnv;
}

export interface Invocation {
  readonly values: OptionValues;
  readonly positionals: readonly string[];
  readonly io: CommandIo;
  /** Aborted by the first Ctrl-C or SIGTERM, or when the reader of standard output goes away. */
  readonly signal: AbortSignal;
  /** Has an interrupt behind the first end what runs, in order; without it, it ends the command on the spot. */
  readonly onFurtherInterrupt?: (listener: () => void) => void;
  /** Has Ctrl-C mean something else from now on than that the command is to stop. */
  readonly takeInterrupts?: (take: () => void) => Disposable;
  /** Says that the end was forced: output that nobody reads does not keep the command any longer. */
  readonly abandonOutput?: () => void;
}

/** One command of the command line: words and options here, rules never. */
export interface Command {
  /** The whole help text, with an example; printed by --help. */
  readonly help: string;
  /** Options besides --json and --help, which every command has. */
  readonly options: CommandOptions;
  /** How many words besides options it takes at most. */
  readonly positionals: number;
  /** Resolves to the exit code. A thrown BelljarError is printed by the caller, with the code of the table. */
  run(invocation: Invocation): Promise<number>;
}

/** Why the signal was aborted, where nobody reads standard output any more: the end is to be a quiet one. */
export const readerLeft = new BelljarError('CANCELLED', 'the reader of standard output went away');

export function stringOption(values: OptionValues, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** All values of an option that may be given more than once. */
export function listOption(values: OptionValues, name: string): string[] {
  const value = values[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

export function isFlagSet(values: OptionValues, name: string): boolean {
  return values[name] === true;
}

/** One JSON document on standard output: what every --json prints. */
export function printJson(io: CommandIo, document: unknown): void {
  io.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

export function printLine(io: CommandIo, line: string): void {
  io.stdout.write(`${line}\n`);
}
