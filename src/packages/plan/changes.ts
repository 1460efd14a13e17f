import { compareVersions, parseVersion } from '../../policy/index.ts';
import type { Lock, LockedPackage } from '../resolve/index.ts';

/** What becomes of one package when one lock takes the place of another. */
export interface Change {
  readonly name: string;
  readonly kind: 'added' | 'removed' | 'up' | 'down' | 'other-file';
  readonly from?: string;
  readonly to?: string;
}

export interface PackageSet {
  readonly packages: readonly LockedPackage[];
}

/** What is there, with the lock and the wish that it came of. */
export interface PresentSet extends PackageSet {
  readonly kept?: { readonly lock: Lock; readonly wish: string; readonly time: string } | undefined;
}

/** What changes from one lock to another, by name. */
export function compareLocks(before: PackageSet, after: PackageSet): Change[] {
  const old = new Map(before.packages.map((each) => [each.name, each]));
  const now = new Map(after.packages.map((each) => [each.name, each]));
  const names = [...new Set([...old.keys(), ...now.keys()])].sort();
  return names.flatMap((name): Change[] => {
    const [was, is] = [old.get(name), now.get(name)];
    if (was === undefined) return is === undefined ? [] : [{ name, kind: 'added', to: is.version }];
    if (is === undefined) return [{ name, kind: 'removed', from: was.version }];
    const order = compareTexts(was.version, is.version);
    if (order !== 0) return [{ name, kind: order < 0 ? 'up' : 'down', from: was.version, to: is.version }];
    return filesOf(was) === filesOf(is) ? [] : [{ name, kind: 'other-file', from: was.version, to: is.version }];
  });
}

function compareTexts(one: string, other: string): number {
  const [first, second] = [parseVersion(one), parseVersion(other)];
  return first === undefined || second === undefined ? 0 : compareVersions(first, second);
}

function filesOf({ wheels, sdist }: LockedPackage): string {
  return [...wheels, ...(sdist === undefined ? [] : [sdist])]
    .map(({ sha256 }) => sha256)
    .sort()
    .join(' ');
}
