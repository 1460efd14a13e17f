import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import exceptions from 'spdx-exceptions/index.json' with { type: 'json' };

import { parseLicenceExpression } from './licence-expression.ts';
import { canonicalExceptionId, canonicalLicenceId, licenceIds, modernSpelling } from './licence-ids.ts';

test('the lists are those that the parser of expressions has', () => {
  const fromHere = createRequire(import.meta.url);
  const fromParser = createRequire(fromHere.resolve('spdx-expression-parse'));
  assert.deepEqual(exceptions, fromParser('spdx-exceptions'));
  const ids = [
    ...(fromParser('spdx-license-ids') as string[]),
    ...(fromParser('spdx-license-ids/deprecated') as string[]),
  ];
  assert.deepEqual([...licenceIds].sort(), [...new Set(ids)].sort());
});

test('the parser takes every licence and every exception of the lists, in any case', () => {
  for (const id of licenceIds) assert.ok(parseLicenceExpression(id.toLowerCase()), id);
  for (const id of exceptions) assert.ok(parseLicenceExpression(`gpl-2.0-only with ${id.toUpperCase()}`), id);
});

test('an id is spelled as its list spells it, and undefined where no list has it', () => {
  assert.equal(canonicalLicenceId('mit'), 'MIT');
  assert.equal(canonicalLicenceId('licenseref-Acme'), 'LicenseRef-Acme');
  assert.equal(canonicalLicenceId('no-such-licence'), undefined);
  assert.equal(canonicalExceptionId('CLASSPATH-exception-2.0'), 'Classpath-exception-2.0');
  assert.equal(canonicalExceptionId('no-such-exception'), undefined);
});

test('old spellings of the GNU licences become the new ones', () => {
  assert.deepEqual(modernSpelling('GPL-2.0', true), { id: 'GPL-2.0-or-later', hasPlus: false });
  assert.deepEqual(modernSpelling('GPL-2.0', false), { id: 'GPL-2.0-only', hasPlus: false });
  assert.deepEqual(modernSpelling('Apache-2.0', true), { id: 'Apache-2.0', hasPlus: true });
});
