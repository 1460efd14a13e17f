import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '../test/support/temporary-folder.ts';
import { launcherWords, nameLauncher } from './launcher.ts';

describe('nameLauncher()', () => {
  it('names the launcher of this clone by its whole path', () => {
    assert.match(nameLauncher(), /^'?\/.*\/belljar'?$/);
  });

  it('names it so that a shell finds it, whatever the folder is called', async (context) => {
    const folder = join(await temporaryFolder(context), `it's $HOME; a "clone"`);
    mkdirSync(folder);
    const path = join(folder, 'belljar');
    writeFileSync(path, '#!/bin/sh\necho started\n', { mode: 0o755 });
    assert.equal(spawnSync('sh', ['-c', nameLauncher(path)], { encoding: 'utf8' }).stdout, 'started\n');
  });

  it('names the program where there is no clone', () => {
    assert.equal(nameLauncher('/no/such/belljar'), 'belljar');
  });
});

describe('launcherWords()', () => {
  it('names the launcher of this clone, else what runs now', () => {
    const [path = '', ...rest] = launcherWords();
    assert.match(path, /^\/.*\/belljar$/);
    assert.deepEqual(rest, []);
    assert.deepEqual(launcherWords('/no/such/belljar'), [process.execPath, process.argv[1]]);
  });
});
