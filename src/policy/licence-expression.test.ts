import assert from 'node:assert/strict';
import { test } from 'node:test';

import { formatLicence, parseLicenceExpression } from './licence-expression.ts';

test('parseLicenceExpression() reads expressions whatever their case', () => {
  const table: readonly [text: string, canonical: string][] = [
    ['MIT', 'MIT'],
    ['mit', 'MIT'],
    ['apache-2.0 or bsd-3-CLAUSE', 'Apache-2.0 OR BSD-3-Clause'],
    ['MIT AND (Apache-2.0 OR ISC)', 'MIT AND (Apache-2.0 OR ISC)'],
    ['(MIT)', 'MIT'],
    ['  MIT\n AND ISC ', 'MIT AND ISC'],
    ['MIT AND ISC AND Zlib', 'MIT AND ISC AND Zlib'],
    ['MIT OR ISC AND Zlib', 'MIT OR (ISC AND Zlib)'],
    ['gpl-2.0-ONLY with classpath-EXCEPTION-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'],
    ['licenseref-Acme.Internal-1', 'LicenseRef-Acme.Internal-1'],
    ['GPL-2.0', 'GPL-2.0-only'],
    ['GPL-2.0+', 'GPL-2.0-or-later'],
    ['LGPL-2.1+ OR AGPL-3.0', 'LGPL-2.1-or-later OR AGPL-3.0-only'],
    ['Apache-2.0+', 'Apache-2.0+'],
  ];
  for (const [text, canonical] of table) {
    const expression = parseLicenceExpression(text);
    assert.ok(expression, text);
    assert.equal(formatLicence(expression), canonical);
  }
});

test('parseLicenceExpression() refuses what is no expression over known licences', () => {
  const wrong = [
    '',
    ' ',
    'BSD',
    'Apache 2.0',
    'MIT License',
    'MIT AND',
    'OR MIT',
    'MIT MIT',
    '(MIT',
    'MIT)',
    '()',
    'MIT WITH MIT',
    'MIT WITH Nothing-exception',
    'Classpath-exception-2.0',
    'MIT/X11',
    '$MIT',
    'MIT,ISC',
    'UNKNOWN',
    'Proprietary',
    'MITANDISC',
    'GPL-2.0 +',
    'LicenseRef-',
    'LicenseRef-a b',
    'MÏT',
    'constructor',
    '__proto__',
  ];
  for (const text of wrong) assert.equal(parseLicenceExpression(text), undefined, text);
});

test('parseLicenceExpression() refuses text that is nested or long beyond reason, without failing', () => {
  assert.equal(parseLicenceExpression(`${'('.repeat(5000)}MIT${')'.repeat(5000)}`), undefined);
  assert.ok(parseLicenceExpression(`${'('.repeat(500)}MIT${')'.repeat(500)}`));
  assert.ok(parseLicenceExpression(Array.from({ length: 150 }, () => 'MIT').join(' AND ')));
});
