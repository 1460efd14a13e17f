import { parseArgs } from 'node:util';

import { BelljarError } from '../errors.ts';
import { nearestOf } from '../nearest.ts';
import type { CommandOptions, OptionValues } from './command.ts';

interface ParsedWords {
  readonly values: OptionValues;
  readonly positionals: string[];
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/**
 * Reads the words of a command line; what does not fit is said in our words, with the option that was meant.
 *
 * @throws USAGE
 */
export function parseOptions(args: readonly string[], options: CommandOptions, command: string): ParsedWords {
  const config = { args: [...args], options, allowPositionals: true } as const;
  for (const token of parseArgs({ ...config, strict: false, tokens: true }).tokens) {
    const problem = token.kind === 'option' ? judgeOption(token, options) : undefined;
    if (problem !== undefined) {
      throw new BelljarError('USAGE', problem.message, { hint: problem.hint ?? `Run belljar ${command} --help.` });
    }
  }
  return parseArgs({ ...config, strict: true });
}

function judgeOption(token: OptionToken, options: CommandOptions): { message: string; hint?: string } | undefined {
  const { name, rawName, value, inlineValue } = token;
  const known = Object.hasOwn(options, name) ? options[name] : undefined;
  if (known === undefined) return { message: `there is no option “${rawName}” here`, ...guess(rawName, options) };
  if (known.type === 'boolean') return value === undefined ? undefined : { message: `${rawName} takes no value` };
  if (value === undefined) return { message: `${rawName} wants a value after it` };
  // Most likely its value was forgotten, and this is the next option.
  if (inlineValue !== true && value.length > 1 && value.startsWith('-')) {
    const hint = `Where “${value}” is meant as its value, write ${rawName}=${value}`;
    return { message: `${rawName} wants a value after it, and “${value}” looks like an option`, hint };
  }
  return undefined;
}

function guess(rawName: string, options: CommandOptions): { hint?: string } {
  const nearest = rawName.startsWith('--') ? nearestOf(rawName.slice(2), Object.keys(options)) : undefined;
  return nearest === undefined ? {} : { hint: `Did you mean “--${nearest}”?` };
}
