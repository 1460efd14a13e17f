import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MemoryUpstream } from '../../../test/packages/memory-upstream.ts';
import type { KeptInspection } from '../gate/index.ts';
import { sealLock } from '../resolve/index.ts';
import { KnownRefusals } from './known-refusals.ts';

const refused: KeptInspection = { verdict: 'refused', problems: [{ rule: 'wheel.record', message: 'RECORD lies' }] };

test('KnownRefusals comes across each refused wheel once, under the name that it is listed by', async (context) => {
  const upstream = new MemoryUpstream();
  context.after(() => upstream[Symbol.asyncDispose]());
  const { filename, sha256 } = upstream.addWheel({ name: 'dep' });
  const found = new Map<string, KeptInspection>();
  const refusals = new KnownRefusals({
    upstream,
    findInspection: (wheel) => Promise.resolve(found.get(`${wheel.sha256} ${wheel.filename}`)),
  });
  const wheels = [{ filename, sha256, url: '' }];
  const locked = { name: 'dep', version: '1.0', index: '', isRequested: true, requiredBy: [], extras: [], wheels };
  const lock = sealLock({ target: 'python 3.12', packages: [locked] });
  const wheel = { sha256, filename, coreMetadata: 'unknown' } as const;
  assert.equal(await refusals.areIn(lock), false);
  assert.deepEqual([refusals.key, refusals.peek(wheel)], ['', undefined]);
  found.set(`${sha256} ${filename}`, refused);
  assert.equal(await refusals.areIn(lock), true);
  assert.equal(refusals.peek(wheel), refused);
  assert.equal(refusals.peek({ ...wheel, filename: 'other-1.0-py3-none-any.whl' }), undefined);
  assert.notEqual(refusals.key, '');
  assert.equal(await refusals.areIn(lock), false, 'it is known by now');
});
