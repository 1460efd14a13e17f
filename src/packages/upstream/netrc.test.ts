import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { encodeBasic } from './index-address.ts';
import { parseNetrc, readNetrc } from './netrc.ts';

describe('parseNetrc()', () => {
  it('finds who to be for a host', () => {
    const netrc = parseNetrc(`
# machine comment.test login no password no
machine one.test login me password "a \\"b\\" c"
machine two.test
  login you account x
  password pass#word
macdef init
  machine macro.test login no password no

default login anyone password else
machine one.test login second password second
`);
    assert.equal(netrc('one.test'), encodeBasic('me', 'a "b" c'));
    assert.equal(netrc('two.test'), encodeBasic('you', 'pass#word'));
    for (const host of ['comment.test', 'macro.test', 'three.test'])
      assert.equal(netrc(host), encodeBasic('anyone', 'else'));
  });

  it('knows nobody where nothing is said', () => {
    for (const text of ['', 'machine', 'machine a', 'login x password y', 'machine a password x']) {
      assert.equal(parseNetrc(text)('a'), undefined, text);
    }
  });
});

describe('readNetrc()', () => {
  it('reads the file that the environment names, or the one at home', async (context) => {
    const folder = await temporaryFolder(context);
    await writeFile(join(folder, '.netrc'), 'machine a login home password x');
    await writeFile(join(folder, 'named'), 'machine a login named password x');
    assert.equal((await readNetrc({ HOME: folder }))('a'), encodeBasic('home', 'x'));
    assert.equal((await readNetrc({ HOME: folder, NETRC: join(folder, 'named') }))('a'), encodeBasic('named', 'x'));
    assert.equal((await readNetrc({ HOME: join(folder, 'none') }))('a'), undefined);
  });
});
