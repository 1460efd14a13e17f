import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { mountPointsBelow, parseMountPoints, unmount } from './mount-table.ts';

const table = `22 27 0:20 / /proc rw,relatime shared:5 - proc proc rw
90 27 7:0 / /var/lib/a\\040b/volumes/mounted/1-2-3-4/x rw,nosuid,nodev - ext4 /dev/loop0 rw
`;

describe('parseMountPoints()', () => {
  it('reads the mount points, with what the kernel wrote in octal', () => {
    assert.deepEqual(parseMountPoints(table), ['/proc', '/var/lib/a b/volumes/mounted/1-2-3-4/x']);
    assert.deepEqual(parseMountPoints(''), []);
  });
});

describe('mountPointsBelow()', () => {
  it('finds those of this machine below a folder, and not the folder itself', async () => {
    const below = await mountPointsBelow('');
    assert.ok(below.includes('/proc'));
    assert.ok(!(await mountPointsBelow('/proc')).includes('/proc'));
    assert.deepEqual(
      below,
      below.toSorted((one, other) => other.length - one.length),
    );
  });
});

describe('unmount()', () => {
  it('says why it could not', async () => {
    const { code, said } = await unmount('/nothing/is/mounted/here');
    assert.notEqual(code, 0);
    assert.match(said, /umount/);
  });
});
