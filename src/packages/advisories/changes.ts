import type { AdvisoryFacts } from '../../policy/index.ts';
import type { AdvisoryData, AdvisoryIndex } from './advisory-index.ts';

/** A version of a package, as somebody has it. */
export interface PackageVersion {
  readonly name: string;
  readonly version: string;
}

/** A version that something is said against which was not said before. */
export interface NewlyAffected extends PackageVersion {
  readonly advisories: readonly AdvisoryFacts[];
}

/** The data before and after, and what the difference means for those who have packages. */
export interface AdvisoryChange {
  readonly previous: AdvisoryData;
  readonly current: AdvisoryData;
  /** The projects on which something else is said now: nothing else needs to be judged again. */
  readonly names: ReadonlySet<string>;
  /** Those of the versions that are affected by what was not known, or rated otherwise, before. */
  readonly newlyAffected: (versions: Iterable<PackageVersion>) => NewlyAffected[];
}

export function describeChange(previous: AdvisoryIndex, current: AdvisoryIndex): AdvisoryChange {
  return {
    previous,
    current,
    names: changedNames(previous, current),
    newlyAffected: (versions) =>
      [...versions].flatMap(({ name, version }) => {
        const advisories = newlySaid(previous.find(name, version), current.find(name, version));
        return advisories.length === 0 ? [] : [{ name, version, advisories }];
      }),
  };
}

/** What was not known, or known by other names or another severity: all that a policy judges by. */
export function newlySaid(
  previous: readonly AdvisoryFacts[],
  current: readonly AdvisoryFacts[],
): readonly AdvisoryFacts[] {
  const before = new Set(previous.map(signature));
  return current.filter((facts) => !before.has(signature(facts)));
}

function changedNames(previous: AdvisoryIndex, current: AdvisoryIndex): ReadonlySet<string> {
  const names = new Set([...previous.names(), ...current.names()]);
  return new Set([...names].filter((name) => textOf(previous, name) !== textOf(current, name)));
}

function textOf(data: AdvisoryIndex, name: string): string {
  return data.linesOf(name).join('\n');
}

/** What a policy judges by. */
function signature({ id, aliases, severity }: AdvisoryFacts): string {
  return JSON.stringify([id, [...aliases].sort(), severity]);
}
