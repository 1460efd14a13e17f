import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { BelljarError } from '../errors.ts';
import type { SessionFiles } from './files/index.ts';
import { findOwnModules } from './own-modules.ts';

type Stat = SessionFiles['stat'];

/** A workspace with these entries. */
function filesWith(entries: Readonly<Record<string, 'file' | 'folder' | 'link'>>): { stat: Stat; asked: string[] } {
  const asked: string[] = [];
  const stat = ((path) => {
    asked.push(path);
    const kind = entries[path];
    if (kind === undefined) return Promise.reject(new BelljarError('FILE_NOT_FOUND', 'not there'));
    return Promise.resolve({ name: path, kind, modifiedMs: 0 });
  }) satisfies Stat;
  return { stat, asked };
}

async function find(entries: Parameters<typeof filesWith>[0], module: string): Promise<string[]> {
  return [...(await findOwnModules(filesWith(entries), module))];
}

describe('findOwnModules()', () => {
  it('finds files and folders of the module’s first name', async () => {
    assert.deepEqual(await find({ 'mine.py': 'file' }, 'mine.part'), ['mine']);
    assert.deepEqual(await find({ mine: 'folder' }, 'mine'), ['mine']);
  });

  it('finds none where nothing is there, or something else', async () => {
    assert.deepEqual(await find({}, 'mine'), []);
    assert.deepEqual(await find({ mine: 'file', 'mine.py': 'link' }, 'mine'), []);
  });

  it('asks for nothing by a name that is none', async () => {
    const files = filesWith({});
    for (const module of ['', '../secret', '1a', '.a']) await findOwnModules(files, module);
    await findOwnModules(files, 'a/../../b');
    assert.deepEqual(files.asked, ['a.py', 'a']);
  });
});
