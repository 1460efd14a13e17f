import { isFilterArch } from './filter.ts';
import { systemCallNumbers } from './numbers.gen.ts';
import { allowedCalls, conditionalCalls, refusedCalls } from './rules.ts';

/** The filter in words, for a person who wants to know what code behind glass may ask the kernel for. */
export function describeFilter(arch: string = process.arch): string {
  if (!isFilterArch(arch)) return `there is no system-call filter for ${arch}`;
  const has = (name: string): boolean => Object.hasOwn(systemCallNumbers[arch], name);
  const list = (calls: Readonly<Record<string, string>>): string[] =>
    Object.entries(calls).map(([group, names]) => `  ${group}: ${names.split(/\s+/).filter(has).join(' ')}`);
  return [
    `allowed on ${arch}:`,
    ...list(allowedCalls),
    'allowed for some arguments:',
    ...conditionalCalls.filter(({ name }) => has(name)).map(({ name, why }) => `  ${name}: ${why}`),
    'refused with EPERM:',
    ...list(refusedCalls),
    'anything else does not exist (ENOSYS); calls of a foreign ABI end the process',
  ].join('\n');
}
