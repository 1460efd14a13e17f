import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parsePolicy } from './parse-policy.ts';

function hashOf(text: string): string {
  const reading = parsePolicy(text, 'p.yaml');
  assert.ok(reading.ok, text);
  return reading.hash;
}

const base = 'version: 1\npackages: {default: ask, deny: [numpy]}\nruntime: {limits: {memory: 1GiB}}\n';

test('comments, the order of keys, defaults, spelling of sizes and tests do not change the hash', () => {
  const same = [
    `# comment\n${base}`,
    'runtime: {limits: {memory: 1GiB}}\npackages: {deny: [numpy], default: ask}\nversion: 1\n',
    'version: 1\npackages:\n  deny:\n    - "numpy"\n  default: ask\n',
    'version: 1\npackages: {default: ask, deny: [{package: numpy}], yanked: deny}\nruntime: {limits: {memory: 1073741824}}\n',
    'version: 1\npackages: {default: ask, deny: [numpy]}\nruntime: {limits: {memory: 1024MiB}, required: []}\n',
    `${base}tests: [{name: a, given: numpy, expect: deny}]\n`,
  ];
  for (const text of same) assert.equal(hashOf(text), hashOf(base), text);
});

test('every rule changes the hash', () => {
  const others = [
    'version: 1\n',
    base.replace('ask', 'allow'),
    base.replace('numpy', 'pandas'),
    base.replace('deny: [numpy]', 'deny: [{package: numpy, because: x}]'),
    base.replace('1GiB', '1GB'),
    `${base}waivers: [{package: a, version: ==1, owner: o, reason: r, expires: 2027-01-01}]\n`,
    `${base}roles: {owner: {allow: [run]}}\n`,
    `${base}plugins: {unsigned: ask}\n`,
  ];
  const hashes = new Set([base, ...others].map(hashOf));
  assert.equal(hashes.size, others.length + 1);
});

test('actions are a set: neither their order nor saying one twice has a meaning', () => {
  assert.equal(
    hashOf('version: 1\nroles: {owner: {allow: [run, view]}}\n'),
    hashOf('version: 1\nroles: {owner: {allow: [view, run, view]}}\n'),
  );
});
