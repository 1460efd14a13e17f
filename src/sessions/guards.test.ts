import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { listWalls, prepareGuards } from './guards.ts';

const none = { exec: [], imports: [], sockets: [] };

describe('prepareGuards()', () => {
  it('hands over nothing where the policy sets none', () => {
    assert.deepEqual(prepareGuards(undefined), { env: {} });
    assert.deepEqual(prepareGuards(none), { env: {} });
  });

  it('tells the runner the rules, and asks for no wall where the kernel cannot tell what is meant', () => {
    const { env, wall } = prepareGuards({ ...none, exec: ['pip*'], imports: ['ctypes'] });
    assert.deepEqual(JSON.parse(env['BELLJAR_GUARDS'] ?? ''), { exec: ['pip*'], imports: ['ctypes'], sockets: [] });
    assert.equal(wall, undefined);
  });

  it('asks for a wall where every program or a kind of socket is refused', () => {
    assert.deepEqual(prepareGuards({ ...none, exec: ['pip', '*'] }).wall?.refused, ['programs']);
    assert.deepEqual(listWalls({ ...none, sockets: ['internet', 'unix'] }), ['internet-sockets', 'unix-sockets']);
  });
});
