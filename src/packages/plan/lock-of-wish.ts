import { hash } from 'node:crypto';

import { type KeptLock, type LockKey, type Target, targetKey } from '../resolve/index.ts';
import { digestWish } from '../wish/index.ts';
import { findSurplus } from './find-surplus.ts';
import type { PlanOptions } from './planner-options.ts';

interface Question extends Pick<PlanOptions, 'present' | 'upgrade'> {
  readonly asked: PlanOptions['requirements'];
  readonly target: Target;
}

/** By what the lock of a wish is found again: what was there when it was made is part of it. */
export function keyOf(question: Question, { takesSources }: { readonly takesSources: boolean }): LockKey {
  const there = versionsThere(question).map(({ name, version }) => `${name}==${version}`);
  const wish = [
    digestWish(question.asked),
    ...(takesSources ? [] : ['wheels']),
    ...(there.length === 0 ? [] : ['keeping', hash('sha256', there.sort().join('\n'))]),
  ];
  return { wish: wish.join(' '), target: targetKey(question.target) };
}

/** Only an upgrade moves what is there. */
export function versionsThere({ present, upgrade }: Question): { readonly name: string; readonly version: string }[] {
  if (present === undefined || upgrade === true) return [];
  return present.packages.map(({ name, version }) => ({ name, version }));
}

/** The lock of what is there, where it is what is asked for and nothing besides. */
export function keptBy({ present, asked, target }: Question): KeptLock | undefined {
  const kept = present?.kept;
  if (kept?.wish !== digestWish(asked) || kept.lock.target !== targetKey(target)) return undefined;
  const names = new Set(asked.map(({ name }) => name));
  // Whoever came to this lock first may have asked for other packages of it by name.
  const linked = kept.lock.packages.map((each) => ({ ...each, isRequested: names.has(each.name) }));
  return findSurplus(linked).length === 0 ? kept : undefined;
}
