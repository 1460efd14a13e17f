import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  goodFacts,
  goodFile,
  goodPackage,
  judgeFacts,
  noon,
  policyOf,
  refusals,
  without,
} from '../../test/policy/good-facts.ts';

const policy = policyOf();
type File = ReturnType<typeof goodFile>;

function refusedFor(...files: File[]): string[] {
  return refusals(policy, goodPackage({ files }));
}

test('a good wheel is not refused', () => {
  assert.deepEqual(refusedFor(goodFile()), []);
});

test('each fact that a file lacks is a rule of its own', () => {
  assert.deepEqual(refusedFor(without(goodFile(), 'sha256')), ['packages.missing.hash deny']);
  assert.deepEqual(refusedFor(without(goodFile(), 'uploadTime')), ['packages.missing.uploadTime ask']);
  assert.deepEqual(refusedFor(without(goodFile(), 'sizeBytes')), ['packages.missing.size deny']);
  assert.deepEqual(refusedFor(goodFile({ uploadTime: 'some day' })), ['packages.missing.uploadTime ask']);
});

test('without files every fact of files is missing', () => {
  const all = [
    'packages.missing.files deny',
    'packages.missing.hash deny',
    'packages.missing.size deny',
    'packages.missing.uploadTime ask',
  ];
  assert.deepEqual(refusals(policy, without(goodPackage(), 'files')), all);
  assert.deepEqual(refusedFor(), all);
});

test('source distributions and yanked files are refused', () => {
  assert.deepEqual(refusedFor(goodFile({ isWheel: false })), ['packages.sourceDistributions deny']);
  assert.deepEqual(refusedFor(goodFile({ yanked: true })), ['packages.yanked deny']);
  const mild = policyOf('packages: {sourceDistributions: ask, yanked: allow}');
  assert.deepEqual(refusals(mild, goodPackage({ files: [goodFile({ isWheel: false, yanked: true })] })), [
    'packages.sourceDistributions ask',
  ]);
});

test('the age is that of each file, to the moment', () => {
  const uploaded = (ms: number): File => goodFile({ uploadTime: new Date(noon.getTime() - ms).toISOString() });
  const week = 7 * 86_400_000;
  assert.deepEqual(refusedFor(uploaded(week)), []);
  assert.deepEqual(refusedFor(uploaded(week - 1)), ['packages.releaseAge ask']);
  assert.deepEqual(refusedFor(goodFile(), uploaded(1000)), ['packages.releaseAge ask'], 'a new file on an old release');
  assert.deepEqual(refusedFor(uploaded(-1000)), ['packages.releaseAge ask'], 'the future is no age');
});

test('the reason tells how old the file is and how old it should be', () => {
  const file = goodFile({ uploadTime: new Date(noon.getTime() - 3.5 * 86_400_000).toISOString() });
  const { packages } = judgeFacts(policy, goodFacts(goodPackage({ files: [file] })));
  const reason = packages[0]?.reasons.find(({ rule }) => rule === 'packages.releaseAge');
  assert.equal(reason?.message, 'the upload of numpy-2.1.0-py3-none-any.whl was 3 d ago; 7 d must have passed');
});

test('a package that is excepted needs no age, and no upload time', () => {
  const text = 'packages: {releaseAge: {verdict: deny, except: ["num*<3"]}}';
  const young = goodFile({ uploadTime: noon.toISOString() });
  assert.deepEqual(refusals(policyOf(text), goodPackage({ files: [young] })), []);
  assert.deepEqual(refusals(policyOf(text), goodPackage({ files: [without(young, 'uploadTime')] })), []);
  assert.deepEqual(refusals(policyOf(text), goodPackage({ version: '3.0', files: [young] })), [
    'packages.releaseAge deny',
  ]);
  const unknownVersion = without(goodPackage({ files: [young] }), 'version');
  assert.ok(
    refusals(policyOf(text), unknownVersion).includes('packages.releaseAge deny'),
    'in doubt it is not excepted',
  );
});

test('each file that is refused is named', () => {
  const files = [
    goodFile({ name: 'a.whl' }),
    without(goodFile({ name: 'b.whl' }), 'sha256'),
    without(goodFile({ name: 'c.whl' }), 'sha256'),
  ];
  const { packages } = judgeFacts(policy, goodFacts(goodPackage({ files })));
  const named = packages[0]?.reasons.filter(({ verdict }) => verdict === 'deny').map(({ matched }) => matched);
  assert.deepEqual(named, ['b.whl', 'c.whl']);
});
