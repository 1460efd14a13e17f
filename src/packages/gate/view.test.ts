import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Verdict } from '../../words.ts';
import { type LockedFiles, showsFile, type View, viewKey } from './view.ts';

const locked: LockedFiles = { digest: 'd', files: new Map([['acme', new Set(['aa'])]]), agreement: undefined };
const agreement = { key: 'a', covers: (project: string) => project === 'acme' };

test('showsFile() shows in each view what it is for, by verdict', () => {
  const verdicts: readonly Verdict[] = ['allow', 'ask', 'deny'];
  const shown = (view: View, sha256: string | undefined = 'aa', project = 'acme'): Verdict[] =>
    verdicts.filter((verdict) => showsFile(view, { project, sha256, verdict, reasons: [] }));
  assert.deepEqual(shown({ name: 'strict' }), ['allow']);
  assert.deepEqual(shown({ name: 'plan' }), ['allow', 'ask']);
  assert.deepEqual(shown({ name: 'unfiltered' }), ['allow', 'ask', 'deny']);
  assert.deepEqual(shown({ name: 'strict', lock: locked }), ['allow']);
  assert.deepEqual(shown({ name: 'strict', lock: { ...locked, agreement } }), ['allow', 'ask']);
  const another = { ...agreement, covers: () => false };
  assert.deepEqual(shown({ name: 'strict', lock: { ...locked, agreement: another } }), ['allow'], 'asked only later');
  assert.deepEqual(shown({ name: 'plan', lock: locked }, 'bb'), [], 'not in the lock');
  assert.deepEqual(shown({ name: 'plan', lock: locked }, 'aa', 'other'), [], 'of another project');
  assert.equal(
    showsFile({ name: 'plan' }, { project: 'acme', sha256: undefined, verdict: 'allow', reasons: [] }),
    false,
  );
});

test('viewKey() tells views apart that show other files', () => {
  const views: View[] = [
    { name: 'strict' },
    { name: 'plan' },
    { name: 'strict', lock: locked },
    { name: 'strict', lock: { ...locked, agreement } },
    { name: 'strict', lock: { ...locked, agreement: { ...agreement, key: 'b' } } },
    { name: 'strict', lock: { ...locked, digest: 'e' } },
  ];
  assert.equal(new Set(views.map(viewKey)).size, views.length);
});
