import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { KeptFile } from './kept-file.ts';

describe('KeptFile', () => {
  it('reads what the file says now, however often, by one descriptor', async (context) => {
    const path = join(await temporaryFolder(context), 'usage');
    const file = new KeptFile(path);
    writeFileSync(path, '1\n');
    assert.equal(file.read(), '1\n');
    const open = countDescriptors();
    writeFileSync(path, '22\n');
    for (let time = 0; time < 50; time++) assert.equal(file.read(), '22\n');
    assert.equal(countDescriptors(), open);
    file.close();
    assert.equal(countDescriptors(), open - 1);
  });

  it('reads nothing where there is no file, and once it is closed', async (context) => {
    const path = join(await temporaryFolder(context), 'usage');
    const file = new KeptFile(path);
    assert.equal(file.read(), undefined);
    writeFileSync(path, '1\n');
    assert.equal(file.read(), '1\n');
    file.close();
    assert.equal(file.read(), undefined);
  });
});

function countDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
