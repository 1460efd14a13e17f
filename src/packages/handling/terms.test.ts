import assert from 'node:assert/strict';
import { test } from 'node:test';

import { policyOf } from '../../../test/policy/good-facts.ts';
import { essentialCapabilities } from '../../policy/index.ts';
import { builtInTerms, handlingTerms, within } from './terms.ts';

const needs = { memoryBytes: 2 ** 30, processes: 48, cpus: 1, cpuTimeMs: 60_000, openFiles: 64, fileBytes: 2 ** 20 };

test('handlingTerms() are what the policy says, and hold all that is essential', () => {
  const terms = handlingTerms(
    policyOf(`packages:
  limits: { buildTime: 5m, installedBytes: 3GB }
  build: { memory: 512MiB, cpus: 1.5, processes: 64, cpuTime: 3m, disk: 100MB, files: 1000 }`),
  );
  assert.deepEqual(terms, {
    require: essentialCapabilities,
    ...{ memoryBytes: 512 * 2 ** 20, cpus: 1.5, processes: 64, cpuTimeMs: 180_000, wallTimeMs: 300_000 },
    ...{ diskBytes: 100e6, maxFiles: 1000, maxUnpackedBytes: 3e9 },
  });
  assert.deepEqual(handlingTerms(policyOf()), builtInTerms());
});

test('handlingTerms() require what the policy adds, and not what the operator takes off by name', () => {
  const { require } = handlingTerms(policyOf('runtime: { required: [own-uid], notRequired: [memory-limit] }'));
  assert.ok(require.includes('own-uid'));
  assert.ok(!require.includes('memory-limit'));
  assert.ok(require.includes('process-limit'));
});

test('handlingTerms() bound no wheel by what an approver may agree to', () => {
  const asking = handlingTerms(policyOf('packages: { limits: { verdict: ask, installedBytes: 1MB } }'));
  assert.equal(asking.maxUnpackedBytes, Infinity);
});

test('within() gives a program what it needs, and no more than it may take', () => {
  const terms = { ...builtInTerms(), memoryBytes: 2 ** 28, cpus: 4, processes: 32, cpuTimeMs: 1000, wallTimeMs: 2000 };
  const limits = within(terms, needs);
  assert.deepEqual(limits, { ...needs, memoryBytes: 2 ** 28, processes: 32, cpuTimeMs: 1000, wallTimeMs: 2000 });
  assert.equal(within(terms, { ...needs, wallTimeMs: 500 }).wallTimeMs, 500);
});
