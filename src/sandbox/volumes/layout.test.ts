import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { VolumeLayout } from './layout.ts';

describe('VolumeLayout', () => {
  it('makes no path of what is no name of a workspace', () => {
    const layout = new VolumeLayout('/volumes');
    for (const path of ['volume', 'image', 'files', 'lock'] as const) {
      assert.throws(() => layout[path]('../x'), { code: 'USAGE' }, path);
    }
    assert.throws(() => layout.mountPoint('1-2-3-4', '..'), { code: 'USAGE' });
  });

  it('makes folders that nobody else may enter, and makes them once', async (context) => {
    const folder = join(await temporaryFolder(context), 'volumes');
    await new VolumeLayout(folder).make();
    await new VolumeLayout(folder).make();
    for (const name of ['', ...readdirSync(folder)]) {
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o700, name);
    }
  });

  it('refuses a folder that others can get at, and one that is a link', async (context) => {
    const folder = join(await temporaryFolder(context), 'volumes');
    mkdirSync(folder);
    chmodSync(folder, 0o755);
    await assert.rejects(new VolumeLayout(folder).make(), { code: 'WORKSPACE_UNUSABLE' });
    const link = `${folder}-link`;
    symlinkSync(folder, link);
    await assert.rejects(new VolumeLayout(link).make(), { code: 'WORKSPACE_UNUSABLE' });
    chmodSync(folder, 0o700);
    await new VolumeLayout(folder).make();
  });
});
