import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';

import { hostileWheels } from '../../../test/support/hostile-wheels.ts';
import { refusalRules } from './rules.ts';

const rules = Object.keys(refusalRules);
const guide = readFileSync(join(import.meta.dirname, '../../../docs/inspection.md'), 'utf8');

it('docs/inspection.md tells each rule, and no other', () => {
  const told = [...guide.matchAll(/^\| `([a-z.]+)`/gm)].map(([, rule]) => rule);
  assert.deepEqual(told, rules);
});

it('each rule about a wheel has a hostile wheel that it refuses', () => {
  const shown = new Set(hostileWheels.map(({ rule }) => rule));
  // What ends the program has tests of its own; what is no archive at all is no wheel that can be described.
  const others = rules.filter((rule) => !shown.has(rule));
  assert.deepEqual(others, ['archive.form', 'inspection.time', 'inspection.memory', 'inspection.failed']);
});
