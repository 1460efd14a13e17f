import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { VolumeLayout } from './layout.ts';
import { Presence, isPresent } from './presence.ts';

describe('Presence', () => {
  it('is seen from when it is announced until it is closed, and leaves nothing', async (context) => {
    const layout = await makeLayout(context);
    assert.equal(await isPresent(layout, '1-1-1-1'), false);
    const presence = await Presence.announce(layout, '1-1-1-1');
    assert.equal(await isPresent(layout, '1-1-1-1'), true);
    assert.equal(await isPresent(layout, '1-1-1-2'), false);
    presence.close();
    assert.equal(await isPresent(layout, '1-1-1-1'), false);
    assert.deepEqual(readdirSync(layout.servers()), []);
  });

  it('ends with its process, however that ends, and keeps none alive', async (context) => {
    const layout = await makeLayout(context);
    const urls = ['layout.ts', 'presence.ts'].map((name) => JSON.stringify(new URL(name, import.meta.url).href));
    const code = `
      const [{ VolumeLayout }, { Presence }] = await Promise.all([import(${urls[0]}), import(${urls[1]})]);
      await Presence.announce(new VolumeLayout(${JSON.stringify(layout.folder)}), '1-1-1-1');
      console.log('up');
      process.stdin.once('close', () => undefined).resume();`;
    for (const end of ['kill', 'input'] as const) {
      const options = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code];
      const other = spawn(process.execPath, options, { stdio: ['pipe', 'pipe', 'inherit'] });
      await once(other.stdout, 'data');
      assert.equal(await isPresent(layout, '1-1-1-1'), true);
      if (end === 'kill') other.kill('SIGKILL');
      else other.stdin.end();
      await once(other, 'close');
      assert.equal(await isPresent(layout, '1-1-1-1'), false);
    }
  });

  it('may be taken for granted where nobody can tell, and is refused where others could not be told', async (context) => {
    const layout = new VolumeLayout(join(await temporaryFolder(context), 'nowhere'));
    assert.equal(await isPresent(layout, '1-1-1-1'), true);
    await assert.rejects(Presence.announce(layout, '1-1-1-1'), {
      code: 'WORKSPACE_UNUSABLE',
      message: /cannot be told/,
    });
  });
});

/** Below a path longer than that of a socket may be. */
async function makeLayout(context: TestContext): Promise<VolumeLayout> {
  const folder = join(await temporaryFolder(context), 'x'.repeat(120));
  mkdirSync(folder);
  const layout = new VolumeLayout(join(folder, 'volumes'));
  await layout.make();
  return layout;
}
