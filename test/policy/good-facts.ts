import assert from 'node:assert/strict';

import {
  type Actor,
  type Facts,
  judge,
  type Judgement,
  type PackageFacts,
  parsePolicy,
  type Policy,
} from '../../src/policy/index.ts';
import type { Role } from '../../src/words.ts';

export const noon = new Date('2026-06-15T12:00:00Z');
export const someone: Actor = { id: 'user-1', kind: 'user' };
export const goodHash = 'ab'.repeat(32);

/** A policy from what stands in a test; the test fails where it is not valid. */
export function policyOf(text = ''): Policy {
  const reading = parsePolicy(`version: 1\n${text}`, 'test.yaml');
  assert.ok(
    reading.ok,
    reading.ok ? '' : reading.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'),
  );
  return reading.policy;
}

/** A package of which every fact is known and good. */
export function goodPackage(changes: Partial<PackageFacts> = {}): PackageFacts {
  const { name = 'numpy', version = '2.1.0' } = changes;
  return {
    name,
    version,
    requested: true,
    dependants: [],
    files: [goodFile({ name: `${name}-${version}-py3-none-any.whl` })],
    licence: { expression: 'BSD-3-Clause' },
    index: 'default',
    status: 'active',
    advisories: [],
    inspection: { installedBytes: 1000, hasStartupFiles: false, hasNativeCode: false },
    ...changes,
  };
}

type File = NonNullable<PackageFacts['files']>[number];

export function goodFile(changes: Partial<File> = {}): File {
  return {
    name: 'numpy-2.1.0-py3-none-any.whl',
    sha256: goodHash,
    sizeBytes: 1000,
    uploadTime: '2026-01-01T00:00:00Z',
    yanked: false,
    isWheel: true,
    ...changes,
  };
}

/** The same without some of its facts. */
export function without<Value extends object, Key extends keyof Value>(value: Value, ...keys: Key[]): Omit<Value, Key> {
  const copy: Partial<Value> = { ...value };
  for (const key of keys) Reflect.deleteProperty(copy, key);
  return copy as Omit<Value, Key>;
}

export function goodFacts(...packages: PackageFacts[]): Facts {
  return { packages, advisoryData: { asOf: '2026-06-15T06:00:00Z' } };
}

interface JudgeOptions {
  readonly role?: Role;
  readonly now?: Date;
}

export function judgeFacts(
  policy: Policy,
  facts: Facts,
  { role = 'collaborator', now = noon }: JudgeOptions = {},
): Judgement {
  return judge({ policy, actor: someone, role, wish: { requirements: [] }, facts, now });
}

/** The rules that refuse a package, with their verdicts, as `rule verdict`. */
export function refusals(policy: Policy, facts: PackageFacts, options: JudgeOptions = {}): string[] {
  const { packages } = judgeFacts(policy, goodFacts(facts), options);
  return (packages[0]?.reasons ?? [])
    .filter(({ verdict }) => verdict !== 'allow')
    .map(({ rule, verdict }) => `${rule} ${verdict}`)
    .sort();
}
