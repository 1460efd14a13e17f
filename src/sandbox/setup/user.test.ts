import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { findUser } from './user.ts';

describe('findUser()', () => {
  it('finds a user by name and by number, with the group', async () => {
    const nobody = await findUser('nobody');
    assert.equal(nobody.name, 'nobody');
    assert.ok(nobody.uid > 0);
    assert.deepEqual(await findUser(String(nobody.uid)), nobody);
  });

  it('takes a number that nobody gave a name', async () => {
    assert.deepEqual(await findUser('1234567890'), { name: '1234567890', uid: 1_234_567_890, gid: 1_234_567_890 });
  });

  it('refuses names that are nobody’s, and words that look like options', async () => {
    for (const name of ['belljar-unknown-person', '', '--help', '-1', '99999999999']) {
      await assert.rejects(findUser(name), { code: 'USAGE', message: /no user/ }, name);
    }
  });

  it('refuses root, by name and number', async () => {
    for (const name of ['root', '0']) await assert.rejects(findUser(name), { code: 'USAGE', message: /root needs no/ });
  });
});
