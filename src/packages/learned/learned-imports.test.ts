import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { type Database, openDatabase } from '../../storage/index.ts';
import { LearnedImports } from './learned-imports.ts';

async function open(context: TestContext): Promise<Database> {
  const database = await openDatabase({ path: join(await temporaryFolder(context), 'test.sqlite') });
  context.after(() => database.close());
  return database;
}

describe('LearnedImports', () => {
  it('keeps what was learned for the next process, the surest first', async (context) => {
    const database = await open(context);
    const learned = new LearnedImports(database);
    await learned.learn('claims-it', ['strange_module'], 'metadata');
    await learned.learn('Shares_It', ['strange_module'], 'namespace');
    await learned.learn('has.it', ['strange_module'], 'wheel');
    const next = new LearnedImports(database);
    assert.deepEqual(await next.distributionsOf('strange_module'), ['has-it', 'claims-it', 'shares-it']);
    assert.deepEqual(await next.distributionsOf('strange_module.part'), []);
  });

  it('becomes surer of what it knows, and never less sure', async (context) => {
    const learned = new LearnedImports(await open(context));
    await learned.learn('zz', ['strange_module'], 'metadata');
    await learned.learn('aa', ['strange_module'], 'metadata');
    assert.deepEqual(await learned.distributionsOf('strange_module'), ['aa', 'zz']);
    await learned.learn('zz', ['strange_module'], 'wheel');
    await learned.learn('zz', ['strange_module'], 'namespace');
    assert.deepEqual(await learned.distributionsOf('strange_module'), ['zz', 'aa']);
  });

  it('learns nothing from what is no name, and takes as much of one wheel as of any', async (context) => {
    const learned = new LearnedImports(await open(context));
    await learned.learn('--evil', ['fine'], 'wheel');
    await learned.learn('fine', ['../x', '', 'a b', `x${'y'.repeat(200)}`, 'a.b'], 'wheel');
    for (const module of ['fine', '../x', '', 'a b', `x${'y'.repeat(200)}`]) {
      assert.deepEqual(await learned.distributionsOf(module), [], module);
    }
    assert.deepEqual(await learned.distributionsOf('a.b'), ['fine']);
    const many = Array.from({ length: 2000 }, (_, index) => `module_${index}`);
    await learned.learn('many', many, 'wheel');
    assert.deepEqual(await learned.distributionsOf('module_999'), ['many']);
    assert.deepEqual(await learned.distributionsOf('module_1000'), []);
  });

  it('tells a bounded number of those that claim one module', async (context) => {
    const learned = new LearnedImports(await open(context));
    for (let index = 0; index < 30; index++) await learned.learn(`copy${index}`, ['wanted'], 'metadata');
    assert.equal((await learned.distributionsOf('wanted')).length, 20);
  });
});
