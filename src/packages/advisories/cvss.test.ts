import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { scoreCvss2 } from './cvss-v2.ts';
import { scoreCvss3 } from './cvss-v3.ts';
import { scoreCvss4 } from './cvss-v4.ts';

// Each digest is of the scores that another implementation (Python's `cvss` 3.6) gives all vectors of base metrics.
const harm = 'HLN';

test('scoreCvss2() scores every vector as the specification’s formula does', () => {
  const vectors = allVectors({ AV: 'LAN', AC: 'HML', Au: 'MSN', C: 'NPC', I: 'NPC', A: 'NPC' });
  assert.equal(vectors.length, 729);
  assert.equal(digest(vectors, scoreCvss2), 'efed619b32adeeb5402004b8a9180ce9e25cc70b2b2453f48d631a941c756a01');
  assert.equal(scoreCvss2('(AV:N/AC:L/Au:N/C:P/I:P/A:P)'), 7.5);
});

test('scoreCvss3() scores every vector as the specification’s formula does', () => {
  const metrics = { AV: 'NALP', AC: 'LH', PR: 'NLH', UI: 'NR', S: 'UC', C: 'NLH', I: 'NLH', A: 'NLH' };
  const vectors = allVectors(metrics).map((vector) => `CVSS:3.1/${vector}`);
  assert.equal(digest(vectors, scoreCvss3), '874ef5781e529c4aa11859daef0797794432114393bc0e08ba97cd30b9272480');
  assert.equal(scoreCvss3('CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'), 9.8);
});

test('scoreCvss4() scores every vector as the specification’s tables do', () => {
  const vectors = allVectors({
    ...{ AV: 'NALP', AC: 'LH', AT: 'NP', PR: 'NLH', UI: 'NPA' },
    ...{ VC: harm, VI: harm, VA: harm, SC: harm, SI: harm, SA: harm },
  }).map((vector) => `CVSS:4.0/${vector}`);
  assert.equal(vectors.length, 104_976);
  assert.equal(digest(vectors, scoreCvss4), '3e71127d206a943d510f7324d2d7fd463e43d947e834bf7d001df9779df3405f');
});

test('the scores leave threat and environment aside, and take metrics in any order', () => {
  const base = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
  assert.equal(scoreCvss3(`${base}/E:U/RL:O/CR:L`), 9.8);
  assert.equal(scoreCvss3('CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N'), 9.8);
  const four = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
  assert.equal(scoreCvss4(`${four}/E:U`), scoreCvss4(four));
});

test('what is no vector has no score', () => {
  const wrong = ['', 'CVSS:3.1/', 'CVSS:3.1/AV:N', 'AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', '9.8', 'CVSS:9.9/AV:N'];
  const twisted = ['CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'CVSS:3.1/AV:N/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'];
  const inherited = 'CVSS:3.1/AV:valueOf/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
  for (const vector of [...wrong, ...twisted, inherited]) {
    assert.deepEqual([scoreCvss2(vector), scoreCvss3(vector), scoreCvss4(vector)], [undefined, undefined, undefined]);
  }
});

function allVectors(metrics: Readonly<Record<string, string>>): string[] {
  return Object.entries(metrics).reduce<string[]>(
    (vectors, [name, values]) =>
      vectors.flatMap((vector) =>
        Array.from(values, (value) => `${vector}${vector === '' ? '' : '/'}${name}:${value}`),
      ),
    [''],
  );
}

function digest(vectors: readonly string[], score: (vector: string) => number | undefined): string {
  const hash = createHash('sha256');
  for (const vector of vectors) hash.update(`${vector} ${score(vector)?.toFixed(1)}\n`);
  return hash.digest('hex');
}
