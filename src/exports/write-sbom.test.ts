import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

import { madeUpLock } from '../../test/support/locks.ts';
import { writeSbom } from './write-sbom.ts';

const lock = madeUpLock({ name: 'app' }, { name: 'dep', version: '2.0+local.1', requiredBy: ['app'] }, { name: 'odd' });
const licences = new Map([
  ['app', { expression: 'MIT' }],
  ['dep', { expression: 'Apache-2.0 OR BSD-3-Clause' }],
  ['odd', { expression: 'ask my lawyer' }],
]);
const text = writeSbom({ subject: 'notebook-1', lock, licences });

interface Sbom {
  readonly serialNumber: string;
  readonly components: readonly {
    readonly name: string;
    readonly purl: string;
    readonly hashes: readonly { readonly alg: string; readonly content: string }[];
    readonly licenses: readonly unknown[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

describe('writeSbom()', () => {
  it('writes what the official schema of CycloneDX 1.6 takes', async () => {
    const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
    assert.equal(await validator.validate(text), null);
    const broken = text.replace('"type": "library"', '"type": "library of books"');
    assert.notEqual(await validator.validate(broken), null);
  });

  it('names each package by its purl, its hash and its licence', () => {
    const { components } = JSON.parse(text) as Sbom;
    assert.deepEqual(
      components.map(({ purl }) => purl),
      ['pkg:pypi/app@1.0', 'pkg:pypi/dep@2.0%2Blocal.1', 'pkg:pypi/odd@1.0'],
    );
    assert.deepEqual(
      components.map(({ hashes }) => hashes[0]?.content),
      lock.packages.map(({ wheels }) => wheels[0]?.sha256),
    );
    assert.deepEqual(
      components.map((each) => each.licenses),
      [
        [{ license: { id: 'MIT' } }],
        [{ expression: 'Apache-2.0 OR BSD-3-Clause' }],
        [{ license: { name: 'ask my lawyer' } }],
      ],
    );
  });

  it('tells who needs whom', () => {
    const { dependencies } = JSON.parse(text) as Sbom;
    const needs = Object.fromEntries(dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
    assert.deepEqual(needs['root'], ['pkg:pypi/app@1.0', 'pkg:pypi/odd@1.0']);
    assert.deepEqual(needs['pkg:pypi/app@1.0'], ['pkg:pypi/dep@2.0%2Blocal.1']);
  });

  it('is the same for the same lock, and has another number for another', () => {
    assert.equal(writeSbom({ subject: 'notebook-1', lock, licences }), text);
    const other = writeSbom({ subject: 'notebook-1', lock: madeUpLock({ name: 'app' }), licences });
    const [one, two] = [text, other].map((each) => (JSON.parse(each) as Sbom).serialNumber);
    assert.match(one ?? '', /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(one, two);
  });
});
