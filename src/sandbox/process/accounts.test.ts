import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { writeAccounts } from './accounts.ts';

describe('writeAccounts()', () => {
  it('names the sandbox’s own uid and group, on a descriptor each', () => {
    const [passwd, group, ...more] = writeAccounts({ kind: 'own-uid', uid: 4242 }, 6);
    assert.equal(passwd?.descriptor, 6);
    assert.match(passwd.text, /^belljar:x:4242:4242:belljar:\/workspace:\/bin\/sh$/m);
    assert.equal(group?.descriptor, 7);
    assert.match(group.text, /^belljar:x:4242:$/m);
    assert.deepEqual(more, []);
  });

  it('leaves the prepared files where the uid is theirs', () => {
    assert.deepEqual(writeAccounts({ kind: 'user-namespace' }, 6), []);
  });
});
