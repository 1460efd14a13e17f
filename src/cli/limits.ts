import { type RequestedLimits, parseByteSize, parseDurationMs } from '../belljar.ts';
import { BelljarError } from '../errors.ts';
import { type OptionValues, stringOption } from './command.ts';

interface LimitOption {
  readonly option: string;
  readonly field: keyof RequestedLimits;
  readonly parse: (text: string) => number;
}

const limitOptions: readonly LimitOption[] = [
  { option: 'memory', field: 'memoryBytes', parse: parseByteSize },
  { option: 'timeout', field: 'wallTimeMs', parse: parseDurationMs },
  { option: 'cpu-time', field: 'cpuTimeMs', parse: parseDurationMs },
  { option: 'cpus', field: 'cpus', parse: parsePositive },
  { option: 'processes', field: 'processes', parse: parseCount },
];

/** The limits that were asked for on the command line; what was not is the policy's to say. */
export function readLimits(values: OptionValues): RequestedLimits {
  const requested: Partial<Record<keyof RequestedLimits, number>> = {};
  for (const { option, field, parse } of limitOptions) {
    const text = stringOption(values, option);
    if (text === undefined) continue;
    const value = parse(text);
    if (value <= 0) throw new BelljarError('USAGE', `--${option} must be more than 0`);
    requested[field] = value;
  }
  return requested;
}

function parsePositive(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text)) throw new BelljarError('USAGE', `“${text}” is not a number`);
  return value;
}

function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new BelljarError('USAGE', `“${text}” is not a whole number`);
  return Number(text);
}
