import { BelljarError } from '../../errors.ts';
import { containsVersion, parseSpecifiers, type SpecifierSet } from '../../policy/index.ts';
import { describeTarget, type Target } from '../resolve/index.ts';

/** Which Pythons a source of a wish says that it is for. */
export interface PythonNeed {
  /** The file as it was named. */
  readonly from: string;
  /** As `requires-python` has it. */
  readonly range: string;
}

export interface TargetQuestion {
  /** The Python that code runs with here. */
  readonly own: string;
  readonly asked?: Partial<Target> | undefined;
  readonly needs: readonly PythonNeed[];
}

const oldestMinor = 9;
const newestMinor = 15;
const mostPatches = 40;

/**
 * The Python to plan for: the one that was named, else the one here, else the nearest that all sources take. Nothing is run
 * with it, so it need not be on this machine.
 *
 * @throws WISH_INVALID where none of these is one that all sources take, USAGE where what is named is no target.
 */
export function chooseTarget({ own, asked = {}, needs }: TargetQuestion): Target {
  const named = { pythonVersion: own, ...asked };
  const { minor } = describeTarget(named);
  const ranges = needs.map(({ range }) => parseSpecifiers(range)).filter((range) => range !== undefined);
  if (fits(named.pythonVersion, ranges)) return named;
  const minors = asked.pythonVersion === undefined ? minorsAround(minor) : isMinorOnly(named) ? [minor] : [];
  const found = minors.map((each) => firstPatch(each, ranges)).find((version) => version !== undefined);
  if (found !== undefined) return { ...named, pythonVersion: found };
  throw refuse(named, needs, asked.pythonVersion !== undefined);
}

function fits(version: string, ranges: readonly SpecifierSet[]): boolean {
  const whole = version.split('.').length < 3 ? `${version}.0` : version;
  return ranges.every((range) => containsVersion(range, whole));
}

/** `3.12` is any 3.12. */
function isMinorOnly({ pythonVersion }: Target): boolean {
  return pythonVersion.split('.').length === 2;
}

/** The nearest first, of two alike the newer. */
function minorsAround(own: number): number[] {
  const minors = Array.from({ length: newestMinor - oldestMinor + 1 }, (_, index) => oldestMinor + index);
  return minors.sort((one, other) => Math.abs(one - own) - Math.abs(other - own) || other - one);
}

function firstPatch(minor: number, ranges: readonly SpecifierSet[]): string | undefined {
  const patches = Array.from({ length: mostPatches }, (_, patch) => `3.${minor}.${patch}`);
  const patch = patches.find((version) => fits(version, ranges));
  return patch === `3.${minor}.0` ? `3.${minor}` : patch;
}

function refuse({ pythonVersion }: Target, needs: readonly PythonNeed[], isNamed: boolean): BelljarError {
  const asks = needs.map(({ from, range }) => `${from} needs Python ${range}`).join(', and ');
  const message = isNamed
    ? `${asks}; the target is Python ${pythonVersion}`
    : `${asks}: there is no Python 3 from 3.${oldestMinor} on that is all of that`;
  const hint = isNamed ? 'Name a Python that is in the range.' : undefined;
  return new BelljarError('WISH_INVALID', message, hint === undefined ? {} : { hint });
}
