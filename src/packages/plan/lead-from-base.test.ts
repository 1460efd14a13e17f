import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { WishRequirement } from '../wish/index.ts';
import { leadFromBase } from './lead-from-base.ts';
import type { PlannedPackage } from './plan.ts';

function planned(...path: string[]): PlannedPackage {
  const reason = { rule: 'packages.default', verdict: 'allow', matched: '', message: '', path } as const;
  return { name: path.at(-1) ?? '', path, reasons: [reason] } as unknown as PlannedPackage;
}

function asked(name: string, base?: string): WishRequirement {
  return { name, extras: [], specifier: '', sha256s: [], source: { from: 'argument', base } };
}

test('leadFromBase() begins at the base what only the base asked for, in reasons too', () => {
  const packages = [planned('stack', 'dep'), planned('own'), planned('both')];
  const requirements = [asked('stack', 'small'), asked('both', 'small'), asked('own'), asked('both')];
  const told = leadFromBase(packages, requirements);
  assert.deepEqual(
    told.map(({ path }) => path),
    [['base small', 'stack', 'dep'], ['own'], ['both']],
  );
  assert.deepEqual(told[0]?.reasons[0]?.path, ['base small', 'stack', 'dep']);
});

test('leadFromBase() leaves plans without a base as they are', () => {
  const packages = [planned('own')];
  assert.equal(leadFromBase(packages, [asked('own')]), packages);
});
