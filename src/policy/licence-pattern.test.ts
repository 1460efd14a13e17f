import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseLicenceExpression } from './licence-expression.ts';
import { matchesLicence, readLicencePattern } from './licence-pattern.ts';

test('matchesLicence() compares ids, globs and exceptions, whatever their case', () => {
  const table: readonly [pattern: string, licence: string, isMatch: boolean][] = [
    ['MIT', 'mit', true],
    ['mit', 'MIT', true],
    ['MIT', 'MIT-0', false],
    ['MIT*', 'MIT-0', true],
    ['GPL-*', 'GPL-3.0-only', true],
    ['gpl-*', 'GPL-2.0+', true],
    ['GPL-*', 'LGPL-3.0-only', false],
    ['*GPL-*', 'LGPL-3.0-only', true],
    ['GPL-2.0', 'GPL-2.0-only', true],
    ['GPL-2.0+', 'GPL-2.0-or-later', true],
    ['GPL-2.0', 'GPL-2.0-or-later', false],
    ['Apache-2.0', 'Apache-2.0+', true],
    ['Apache-2.0+', 'Apache-2.0+', true],
    ['Apache-2.0+', 'Apache-2.0', false],
    ['GPL-2.0-only', 'GPL-2.0-only WITH Classpath-exception-2.0', true],
    ['GPL-2.0-only WITH Classpath-exception-2.0', 'GPL-2.0-only', false],
    ['gpl-* with classpath-exception-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0', true],
    ['GPL-* WITH *', 'GPL-3.0-only WITH GCC-exception-3.1', true],
    ['LicenseRef-Acme-*', 'LicenseRef-acme-internal', true],
    ['LicenseRef-Acme-*', 'LicenseRef-Other', false],
  ];
  for (const [text, licence, isMatch] of table) {
    const reading = readLicencePattern(text);
    const leaf = parseLicenceExpression(licence);
    assert.ok(reading.ok && leaf?.kind === 'licence', text);
    assert.equal(matchesLicence(reading.pattern, leaf), isMatch, `${text} on ${licence}`);
  }
});

test('readLicencePattern() refuses what names no licence, and says what is near', () => {
  const table: readonly [text: string, message: RegExp][] = [
    ['', /one licence too many/],
    ['Apache2.0', /did you mean “Apache-2\.0”/],
    ['MTI', /did you mean “MIT”/],
    ['GPL-9.*', /matches no SPDX licence/],
    ['GPL-[', /never closed/],
    ['MIT OR ISC', /list each licence by itself/],
    ['MIT ISC', /list each licence by itself/],
    ['GPL-2.0-only WITH Nothing', /exception/],
    ['A WITH B WITH C', /list each licence by itself/],
  ];
  for (const [text, message] of table) {
    const reading = readLicencePattern(text);
    assert.ok(!reading.ok, text);
    assert.match(reading.message, message);
  }
});
