import type { WallName } from '../contract.ts';
import { type Block, answer, encode, ifEqual, loadArch, loadArgument, loadNumber, verdict } from './assemble.ts';
import { type FilterArch, auditArch, isFilterArch } from './filter.ts';
import { systemCallNumbers } from './numbers.gen.ts';
import { EPERM, seccompMode } from './rules.ts';

const EACCES = 13;
const unix = 1;

const allow: Block = [answer(verdict.allow)];
const kill: Block = [answer(verdict.killProcess)];
const refuse: Block = [answer(verdict.fail(EPERM))];
const refuseSocket: Block = [answer(verdict.fail(EACCES))];

/**
 * The filter that a program adds to its own when it has started: what it refuses is refused from there on, to the program
 * and all that comes of it, and no further filter is taken. Undefined where there is no table for the architecture.
 */
export function compileWall(arch: string, refused: readonly WallName[]): Buffer | undefined {
  return isFilterArch(arch) ? encode(buildWall(arch, refused)) : undefined;
}

export function buildWall(arch: FilterArch, refused: readonly WallName[]): Block {
  const routes: [string, Block][] = [
    // Else anyone inside could have the kernel compile filters, which no limit counts.
    ['prctl', [loadArgument(0), ...ifEqual(seccompMode, refuse, allow)]],
    ...(refused.includes('programs') ? (['execve', 'execveat'] as const).map(refuseAlways) : []),
    ['socket', judgeSocket(refused)],
  ];
  const known = routes.reduceRight<Block>((rest, [name, block]) => {
    const number = systemCallNumbers[arch][name];
    return number === undefined ? rest : ifEqual(number, block, rest);
  }, allow);
  return [loadArch, ...ifEqual(auditArch[arch], [loadNumber, ...known], kill)];
}

function refuseAlways(name: string): [string, Block] {
  return [name, refuse];
}

/** Pairs of sockets come by a call of their own, and go on. */
function judgeSocket(refused: readonly WallName[]): Block {
  const ofUnix = refused.includes('unix-sockets') ? refuseSocket : allow;
  const ofOthers = refused.includes('internet-sockets') ? refuseSocket : allow;
  return [loadArgument(0), ...ifEqual(unix, ofUnix, ofOthers)];
}
