import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { actions, factsSchema, parsePolicy, runPolicyTests } from '../../src/policy/index.ts';
import { missingFacts } from '../../src/policy/packages-schema.ts';
import { formatProblem } from '../../src/yaml/index.ts';

const guide = readText('../../docs/policy.md');
const example = readText('../../examples/belljar.policy.yaml');

function readText(path: string): string {
  return readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
}

function blocksOf(language: string): string[] {
  return [...guide.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].flatMap(([, found, body = '']) =>
    found === language ? [body] : [],
  );
}

test('every YAML block of the guide is a valid policy whose tests pass', () => {
  const blocks = blocksOf('yaml');
  assert.ok(blocks.length >= 9, `${blocks.length} blocks`);
  for (const block of blocks) {
    const reading = parsePolicy(block, 'docs/policy.md');
    assert.ok(reading.ok, reading.ok ? '' : `${block}\n${reading.problems.map(formatProblem).join('\n')}`);
    const failed = runPolicyTests(reading.policy, new Date()).filter(({ isOk }) => !isOk);
    assert.deepEqual(failed, []);
  }
});

test('the facts that the guide shows are facts', () => {
  const [facts] = blocksOf('json');
  assert.ok(facts);
  assert.deepEqual(
    factsSchema.parse(JSON.parse(facts)).packages.map(({ name }) => name),
    ['numpy'],
  );
});

test('the guide names every section, action and missing fact', () => {
  for (const section of ['roles', 'packages', 'runtime', 'plugins', 'waivers', 'tests'])
    assert.match(guide, new RegExp(`^## \`${section}\``, 'm'));
  for (const name of [...actions, ...Object.keys(missingFacts)])
    assert.match(guide, new RegExp(`^\\| \`${name}\``, 'm'), name);
});

test('the example is valid, shows every section, and passes its own tests', () => {
  const reading = parsePolicy(example, 'examples/belljar.policy.yaml');
  assert.ok(reading.ok, reading.ok ? '' : reading.problems.map(formatProblem).join('\n'));
  for (const section of ['roles', 'packages', 'runtime', 'plugins', 'waivers', 'tests'])
    assert.match(example, new RegExp(`^${section}:`, 'm'));
  const results = runPolicyTests(reading.policy, new Date());
  assert.ok(results.length >= 10);
  assert.deepEqual(
    results.filter(({ isOk }) => !isOk),
    [],
  );
});
