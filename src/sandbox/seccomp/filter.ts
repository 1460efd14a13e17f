import {
  type Block,
  answer,
  encode,
  ifAtLeast,
  ifEqual,
  loadArch,
  loadArgument,
  loadNumber,
  mask,
  verdict,
} from './assemble.ts';
import { systemCallNumbers } from './numbers.gen.ts';
import {
  type ArgumentTest,
  type ConditionalCall,
  ENOSYS,
  EPERM,
  allowedCalls,
  addingFilters,
  conditionalCalls,
  refusedCalls,
} from './rules.ts';

export type FilterArch = keyof typeof systemCallNumbers;

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64. */
export const auditArch: Readonly<Record<FilterArch, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** Numbers of the x32 ABI carry this bit, under the architecture's own name. */
const x32Bit = 0x40000000;

/** What becomes of one call, from its number on. */
interface Route {
  readonly number: number;
  readonly block: Block;
}

const allow: Block = [answer(verdict.allow)];
const refuse: Block = [answer(verdict.fail(EPERM))];
/** Programs that meet a call which does not exist fall back to an older one, whose arguments can be tested. */
const absent: Block = [answer(verdict.fail(ENOSYS))];
const kill: Block = [answer(verdict.killProcess)];

export interface FilterOptions {
  /** Lets the program add one of its own (wall.ts), which then has to refuse any other. */
  readonly mayAddFilter?: boolean;
}

/** The filter of an architecture, as the kernel takes it. Undefined where there is no table for it. */
export function compileFilter(arch: string, options?: FilterOptions): Buffer | undefined {
  return isFilterArch(arch) ? encode(buildFilter(arch, options)) : undefined;
}

export function buildFilter(arch: FilterArch, { mayAddFilter = false }: FilterOptions = {}): Block {
  const routes = collectRoutes(arch, mayAddFilter ? conditionalCalls.map(addingFilters) : conditionalCalls);
  const known: Block = [loadNumber, ...ifAtLeast(x32Bit, kill, search(routes))];
  return [loadArch, ...ifEqual(auditArch[arch], known, kill)];
}

export function isFilterArch(arch: string): arch is FilterArch {
  return Object.hasOwn(systemCallNumbers, arch);
}

function collectRoutes(arch: FilterArch, conditional: readonly ConditionalCall[]): Route[] {
  const numbers = systemCallNumbers[arch];
  const routes: Route[] = [];
  const add = (name: string, block: Block): void => {
    const number = numbers[name];
    if (number !== undefined) routes.push({ number, block });
  };
  for (const names of Object.values(allowedCalls)) for (const name of names.split(/\s+/)) add(name, allow);
  for (const names of Object.values(refusedCalls)) for (const name of names.split(/\s+/)) add(name, refuse);
  for (const call of conditional) add(call.name, testArguments(call));
  return routes.sort((one, other) => one.number - other.number);
}

/** Neighbours with the same answer are one range; a tree over the ranges finds each in a few steps. */
function search(routes: readonly Route[]): Block {
  const ranges: { from: number; block: Block }[] = [{ from: 0, block: absent }];
  const extend = (from: number, block: Block): void => {
    const last = ranges.at(-1);
    if (last?.from === from) ranges.pop();
    if (ranges.at(-1)?.block !== block) ranges.push({ from, block });
  };
  for (const { number, block } of routes) {
    extend(number, block);
    extend(number + 1, absent);
  }
  const build = (low: number, high: number): Block => {
    if (high - low === 1) return ranges[low]?.block ?? absent;
    const middle = (low + high) >> 1;
    return ifAtLeast(ranges[middle]?.from ?? 0, build(middle, high), build(low, middle));
  };
  return build(0, ranges.length);
}

function testArguments({ allowedWhen, otherwise }: ConditionalCall): Block {
  return decide(allowedWhen, [answer(verdict.fail(otherwise))]);
}

type Tests = readonly ArgumentTest[];

/**
 * Allows where all tests of an alternative hold. Alternatives that begin by asking the same for different values exclude
 * each other: asked once, they share the way out, which else is written behind each test again.
 */
function decide(alternatives: readonly Tests[], refusal: Block): Block {
  const branches = findBranches(alternatives);
  if (branches === undefined) {
    return alternatives.toReversed().reduce<Block>((rest, tests) => testAll(tests, rest), refusal);
  }
  const [{ argument, mask: bits }] = alternatives[0] as [ArgumentTest];
  const chain = [...branches]
    .toReversed()
    .reduce<Block>((rest, [value, inner]) => ifEqual(value, decide(inner, refusal), rest), refusal);
  return [...loadMasked(argument, bits), ...chain];
}

/** What is left to test for each value of the first test; undefined where they do not ask the same. */
function findBranches(alternatives: readonly Tests[]): Map<number, Tests[]> | undefined {
  const [asked] = alternatives[0] ?? [];
  if (asked === undefined || alternatives.length < 2) return undefined;
  const branches = new Map<number, Tests[]>();
  for (const [first, ...others] of alternatives) {
    const [value, ...more] = first?.values ?? [];
    if (value === undefined || more.length > 0) return undefined;
    if (first?.argument !== asked.argument || first.mask !== asked.mask) return undefined;
    branches.set(value, [...(branches.get(value) ?? []), others]);
  }
  return branches;
}

/** Allows where all tests hold, else goes on with the rest. */
function testAll(tests: readonly ArgumentTest[], rest: Block): Block {
  return tests.toReversed().reduce<Block>((then, test) => testOne(test, then, rest), allow);
}

function testOne({ argument, mask: bits, values }: ArgumentTest, then: Block, rest: Block): Block {
  return [...loadMasked(argument, bits), ...matchAny(values, then, rest)];
}

function loadMasked(argument: number, bits: number): Block {
  return [loadArgument(argument), ...(bits === 0xffffffff ? [] : [mask(bits)])];
}

function matchAny(values: readonly number[], then: Block, rest: Block): Block {
  const [value, ...others] = values;
  if (value === undefined) return rest;
  if (then.length === 1 || others.length === 0) return ifEqual(value, then, matchAny(others, then, rest));
  throw new Error('a test with many values must be the last of its alternative');
}
