import type { TargetTraits } from './target.ts';

interface WheelTags {
  readonly pythons: readonly string[];
  readonly abis: readonly string[];
  readonly platforms: readonly string[];
}

/** The tags of a wheel's name; undefined where it is no wheel's. */
function readTags(filename: string): WheelTags | undefined {
  if (!filename.endsWith('.whl')) return undefined;
  const parts = filename.slice(0, -'.whl'.length).split('-');
  if (parts.length !== 5 && parts.length !== 6) return undefined;
  const [pythons = '', abis = '', platforms = ''] = parts.slice(-3);
  return { pythons: pythons.split('.'), abis: abis.split('.'), platforms: platforms.split('.') };
}

/**
 * Whether a file may be what is chosen for a target. It says yes too often rather than no: what it keeps away from the
 * engine is only what makes its pages long.
 */
export function mayFit(filename: string, traits: TargetTraits): boolean {
  const tags = readTags(filename);
  if (tags === undefined) return false;
  return (
    tags.pythons.some((python) => mayFitPython(python, tags.abis, traits)) &&
    tags.platforms.some((platform) => mayFitPlatform(platform, traits))
  );
}

function mayFitPython(python: string, abis: readonly string[], { minor }: TargetTraits): boolean {
  const [, major, rest = ''] = /^(?:py|cp)([0-9])([0-9]*)$/.exec(python) ?? [];
  if (major !== '3') return false;
  if (rest === '') return true;
  const own = Number(rest);
  if (own === minor) return true;
  if (own > minor) return false;
  return python.startsWith('py') || abis.includes('abi3') || abis.includes('none');
}

function mayFitPlatform(platform: string, { system, machine, isMusl }: TargetTraits): boolean {
  if (platform === 'any') return true;
  switch (system) {
    case 'linux': {
      if (!platform.endsWith(`_${machine}`)) return false;
      return platform.startsWith('linux') || platform.startsWith(isMusl ? 'musllinux' : 'manylinux');
    }
    case 'macos':
      return platform.startsWith('macosx_');
    case 'windows':
      return platform.startsWith('win');
  }
}

/**
 * Of the wheels of one version that all fit, the one that an installer takes: made for this very Python before one for
 * several, for this kind of machine before one for any, and for the newest system library that it may count on.
 */
export function bestWheel<T extends { readonly filename: string }>(wheels: readonly T[]): T | undefined {
  const ranked = wheels.flatMap((wheel) => {
    const tags = readTags(wheel.filename);
    return tags === undefined ? [] : [{ wheel, rank: rankOf(tags, wheel.filename) }];
  });
  return ranked.sort((one, other) => compareRanks(other.rank, one.rank))[0]?.wheel;
}

function rankOf({ pythons, abis, platforms }: WheelTags, filename: string): number[] {
  const isNative = abis.some((abi) => /^cp[0-9]/.test(abi));
  const abi = isNative ? 2 : abis.includes('abi3') ? 1 : 0;
  const python = Math.max(...pythons.map((tag) => Number(/[0-9]+$/.exec(tag)?.[0] ?? 0)));
  const platform = Math.max(...platforms.map(rankOfPlatform));
  const build = /^[^-]+-[^-]+-([0-9]+)[^-]*-[^-]+-[^-]+-[^-]+\.whl$/.exec(filename)?.[1];
  return [abi, python, platform, Number(build ?? -1)];
}

const legacyLibc: Readonly<Record<string, number>> = { manylinux1: 5, manylinux2010: 12, manylinux2014: 17 };

function rankOfPlatform(platform: string): number {
  if (platform === 'any') return 0;
  const [, name = '', major, minor] = /^([a-z]+[0-9]*)(?:_([0-9]+)_([0-9]+))?_/.exec(platform) ?? [];
  // Among those of one system, what is for one kind of machine comes before what is for several.
  const isForOne = !/_(?:universal2?|intel|fat(?:3|32|64)?)$/.test(platform);
  if (major !== undefined && minor !== undefined) return Number(major) * 1000 + Number(minor) + (isForOne ? 0.5 : 0);
  return 2000 + (legacyLibc[name] ?? 0);
}

function compareRanks(one: readonly number[], other: readonly number[]): number {
  const place = one.findIndex((value, index) => value !== other[index]);
  return place === -1 ? 0 : (one[place] ?? 0) - (other[place] ?? 0);
}
