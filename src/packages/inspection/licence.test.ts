import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { parseLicenceExpression } from '../../policy/index.ts';
import { type Headers, readHeaders } from './headers.ts';
import { readLicence } from './licence.ts';
import { readLicenceClassifier, readLicenceSpelling } from './licence-spellings.ts';

function headers(...lines: readonly string[]): Headers {
  const reading = readHeaders(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  assert.ok(reading.ok);
  return reading.headers;
}

function licenceOf(...lines: readonly string[]): string | undefined {
  const { licence } = readLicence(headers(...lines));
  return licence === undefined ? undefined : `${licence.source}: ${licence.expression}`;
}

const mit = 'Classifier: License :: OSI Approved :: MIT License';

describe('readLicence()', () => {
  it('takes License-Expression before License before the classifiers', () => {
    assert.equal(licenceOf(mit), 'Classifier: MIT');
    assert.equal(licenceOf(mit, 'License: Apache 2.0'), 'License: Apache-2.0');
    assert.equal(
      licenceOf(mit, 'License: ISC', 'License-Expression: mit or apache-2.0'),
      'License-Expression: MIT OR Apache-2.0',
    );
    assert.equal(licenceOf('Classifier: Programming Language :: Python'), undefined);
    assert.equal(licenceOf('License: UNKNOWN'), undefined);
  });

  it('takes the next field where one cannot be read, and tells what stood there where none can', () => {
    assert.equal(licenceOf('License: see LICENSE.txt', mit), 'Classifier: MIT');
    assert.equal(licenceOf('License: see LICENSE.txt'), 'License: see LICENSE.txt');
    assert.equal(licenceOf('License-Expression: My-Own'), 'License-Expression: My-Own');
  });

  it('knows no licence where License-Expression cannot be read, whatever the other fields say', () => {
    for (const other of [mit, 'License: MIT']) {
      assert.equal(licenceOf('License-Expression: GPLv3', other), 'License-Expression: GPLv3');
    }
    assert.equal(licenceOf('License-Expression: MIT', 'License: Proprietary'), 'License-Expression: MIT');
  });

  it('does not believe a classifier where the text says that it is restricted', () => {
    assert.equal(licenceOf('License: Commercial EULA, no redistribution', mit), 'License: LicenseRef-Proprietary');
    assert.equal(licenceOf('License: Copyright (c) 2026', '  Use it', '  for commercial ends', mit), 'Classifier: MIT');
  });

  it('tells of a field that cannot be read beside one that can', () => {
    const told = (...lines: readonly string[]): readonly string[] => readLicence(headers(...lines)).contradictions;
    assert.deepEqual(told('License: see LICENSE.txt', mit), [
      'License says see LICENSE.txt, which is no known licence, the classifiers say MIT',
    ]);
    assert.deepEqual(told('License-Expression: Proprietary-1', 'License: MIT'), [
      'License-Expression says Proprietary-1, which is no known licence, License says MIT',
    ]);
    assert.deepEqual(told('License: Copyright (c) 2026 by somebody', '  all the text', mit), []);
  });

  it('knows a whole text by its first line', () => {
    assert.equal(licenceOf('License: MIT License', '        ', '        Copyright (c) 2026'), 'License: MIT');
    assert.equal(licenceOf('License: BSD 3-Clause License', '        Copyright'), 'License: BSD-3-Clause');
  });

  it('needs all classifiers to hold', () => {
    const gpl = 'Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)';
    assert.equal(licenceOf(mit, gpl, mit), 'Classifier: MIT AND GPL-3.0-only');
  });

  it('tells where the fields contradict each other', () => {
    const gpl = 'Classifier: License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)';
    assert.deepEqual(readLicence(headers('License: MIT', gpl)).contradictions, [
      'License says MIT, the classifiers say GPL-3.0-or-later',
    ]);
    const both = readLicence(headers('License-Expression: MIT', 'License: Proprietary', gpl));
    assert.equal(both.contradictions.length, 2);
  });

  it('finds no contradiction in what only says less', () => {
    const vague = [
      ['License-Expression: BSD-3-Clause', 'Classifier: License :: OSI Approved :: BSD License'],
      ['License: GPL-3.0-or-later', 'Classifier: License :: OSI Approved :: GNU General Public License (GPL)'],
      ['License: MIT AND Apache-2.0', mit],
      ['License: MIT', mit],
    ];
    for (const lines of vague) assert.deepEqual(readLicence(headers(...lines)).contradictions, [], lines.join());
  });
});

describe('readLicenceSpelling()', () => {
  const known: Readonly<Record<string, string>> = {
    'The MIT License': 'MIT',
    'MIT license': 'MIT',
    'Apache License, Version 2.0': 'Apache-2.0',
    'Apache Software License 2.0': 'Apache-2.0',
    'Apache-2': 'Apache-2.0',
    'BSD 3-Clause': 'BSD-3-Clause',
    '3-Clause BSD License': 'BSD-3-Clause',
    'Simplified BSD': 'BSD-2-Clause',
    BSD: 'LicenseRef-BSD',
    'ISC License (ISCL)': 'ISC',
    'Python Software Foundation License': 'PSF-2.0',
    'GPL v3': 'GPL-3.0-only',
    'GPLv2+': 'GPL-2.0-or-later',
    'GNU GPL': 'GPL-1.0-or-later',
    'GNU Lesser General Public License v2.1 or later': 'LGPL-2.1-or-later',
    LGPLv3: 'LGPL-3.0-only',
    'GNU Affero General Public License v3': 'AGPL-3.0-only',
    'Mozilla Public License 2.0 (MPL 2.0)': 'MPL-2.0',
    MPLv2: 'MPL-2.0',
    'The Unlicense (Unlicense)': 'Unlicense',
    'MIT OR Apache-2.0': 'MIT OR Apache-2.0',
    Proprietary: 'LicenseRef-Proprietary',
  };
  for (const [text, expected] of Object.entries(known)) {
    it(`reads “${text}” as ${expected}`, () => {
      assert.equal(readLicenceSpelling(text), expected);
      assert.ok(parseLicenceExpression(expected), 'it is an SPDX expression');
    });
  }

  it('guesses nothing', () => {
    for (const text of [
      '',
      'free',
      'see LICENSE',
      'MIT-like, but not quite',
      'GPL v9',
      'constructor',
      'x'.repeat(600),
    ]) {
      assert.equal(readLicenceSpelling(text), undefined, text);
    }
  });
});

describe('readLicenceClassifier()', () => {
  it('makes a name of its own for what SPDX does not know', () => {
    assert.equal(readLicenceClassifier('License :: Free For Home Use'), 'LicenseRef-Free-For-Home-Use');
    assert.equal(readLicenceClassifier('License :: Other/Proprietary License'), 'LicenseRef-Proprietary');
  });

  it('finds nothing in those that say nothing', () => {
    for (const text of ['License', 'License :: OSI Approved', 'Topic :: Software Development', 'License :: ()']) {
      assert.equal(readLicenceClassifier(text), undefined, text);
    }
  });
});
