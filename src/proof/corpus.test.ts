import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { families } from './case.ts';
import { corpus } from './corpus.ts';
import { programFolder } from './setting.ts';

describe('the corpus', () => {
  it('names each case once', () => {
    const ids = corpus.map(({ id }) => id);
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    );
    for (const id of ids) assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z-]+)?$/);
  });

  it('has cases in every family', () => {
    for (const family of families)
      assert.ok(
        corpus.some((one) => one.family === family),
        family,
      );
  });

  it('says of each what it tries, what stops it, how it is seen and what the control does without', () => {
    for (const { id, title, protections, observed, control } of corpus) {
      assert.ok(title.length > 10 && observed.length > 10 && protections.length > 0, id);
      assert.match(control, /^(without|outside|with) /, id);
    }
  });

  it('has every case and family that the threat model names', () => {
    const page = readFileSync(new URL('../../docs/threat-model.md', import.meta.url), 'utf8');
    const rows = page.split('\n').filter((line) => line.startsWith('| ') && line.split('|').length === 5);
    const named = rows.flatMap((row) =>
      [...(row.split('|')[3] ?? '').matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name),
    );
    const known = new Set<string | undefined>([...families, ...corpus.map(({ id }) => id)]);
    assert.ok(named.length > 20, `${named.length} names`);
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  });

  it('has programs that are there, and need no Python newer than 3.9', () => {
    for (const name of ['main', 'calls', 'refusal']) assert.ok(existsSync(join(programFolder, `${name}.py`)));
    assert.doesNotMatch(readFileSync(join(programFolder, 'main.py'), 'utf8'), /^\s*match /m);
  });
});
