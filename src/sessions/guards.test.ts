import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { listWalls, prepareGuards } from './guards.ts';

const closed = { hasWayOut: false };
const none = { exec: [], imports: [], sockets: [] };

describe('prepareGuards()', () => {
  it('hands over nothing where the policy sets none', () => {
    assert.deepEqual(prepareGuards(undefined, closed), { env: {} });
    assert.deepEqual(prepareGuards(none, closed), { env: {} });
  });

  it('tells the runner the rules, and asks for no wall where the kernel cannot tell what is meant', () => {
    const { env, walls } = prepareGuards({ ...none, exec: ['pip*'], imports: ['ctypes'] }, closed);
    assert.deepEqual(JSON.parse(env['BELLJAR_GUARDS'] ?? ''), { exec: ['pip*'], imports: ['ctypes'], sockets: [] });
    assert.equal(walls, undefined);
  });

  it('asks for a wall where every program or a kind of socket is refused', () => {
    const { walls } = prepareGuards({ ...none, exec: ['pip', '*'] }, closed);
    assert.deepEqual(walls, [{ refused: ['programs'], variable: 'BELLJAR_WALL' }]);
    assert.deepEqual(listWalls({ ...none, sockets: ['internet', 'unix'] }), ['internet-sockets', 'unix-sockets']);
  });

  it('asks for one more for what leads to the way out, which has to go on to open unix sockets', () => {
    const { walls } = prepareGuards({ ...none, exec: ['*'], sockets: ['unix'] }, { hasWayOut: true });
    assert.deepEqual(walls, [
      { refused: ['programs', 'unix-sockets'], variable: 'BELLJAR_WALL' },
      { refused: ['programs'], variable: 'BELLJAR_WALL_OUT' },
    ]);
  });
});
