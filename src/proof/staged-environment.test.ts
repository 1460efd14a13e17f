import assert from 'node:assert/strict';
import { chmodSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

import type { Scene } from './program-case.ts';
import { Stage } from './stage.ts';
import { environmentChanged, stageEnvironment } from './staged-environment.ts';

test('stageEnvironment() lays out an environment that is linked from a store, and others with the secret', async () => {
  await using stage = await Stage.set();
  const { folder, module, others } = stageEnvironment(stage);
  assert.equal(stage.environment, folder);
  const [, , stored = ''] = module;
  assert.equal(readFileSync(stored, 'utf8'), 'sealed');
  for (const path of others) assert.equal(readFileSync(path, 'utf8'), stage.secret);
});

test('environmentChanged sees other content, by the store too, another mode, and what is gone', async () => {
  const changes: readonly (readonly [change: (path: string) => void, evidence: string])[] = [
    [() => undefined, ''],
    [(path) => chmodSync(path, 0o777), 'lib/acme.py has mode 777'],
    [unlinkSync, 'lib/acme.py is gone'],
  ];
  for (const [change, evidence] of changes) {
    await using stage = await Stage.set();
    const [, path = ''] = stageEnvironment(stage).module;
    change(path);
    assert.equal((await environmentChanged.look({ stage } as unknown as Scene)) ?? '', evidence);
  }
  await using stage = await Stage.set();
  const [, , stored = ''] = stageEnvironment(stage).module;
  chmodSync(stored, 0o644);
  writeFileSync(stored, 'planted');
  chmodSync(stored, 0o444);
  assert.equal(await environmentChanged.look({ stage } as unknown as Scene), 'lib/acme.py has other content');
});
