import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';

import { openBridge, sweepBridges } from './bridge.ts';

describe('openBridge()', () => {
  it('hands over each connection', async () => {
    const bridge = await openBridge('test-1', (connection) => connection.end('hello'));
    assert.equal(await text(connect(bridge.hostPath)), 'hello');
    bridge.close();
  });

  it('lies in a folder that nobody else can enter, and leaves nothing when it is closed', async () => {
    const bridge = await openBridge('test-2', (connection) => connection.end());
    const folder = dirname(bridge.hostPath);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    // Whoever is inside has another uid, and gets at the socket by its mount alone.
    assert.equal(statSync(bridge.hostPath).mode & 0o666, 0o666);
    bridge.close();
    assert.equal(existsSync(folder), false);
  });

  it('leaves the open connections to who took them', async () => {
    const bridge = await openBridge('test-3', (connection) => connection.pipe(connection));
    const socket = connect({ path: bridge.hostPath, allowHalfOpen: true });
    await once(socket, 'connect');
    bridge.close();
    socket.end('still there');
    assert.equal(await text(socket), 'still there');
  });
});

describe('sweepBridges()', () => {
  it('removes what the dead left, and nothing of the living or of others', async () => {
    const living = await openBridge('test-living', () => undefined);
    const dead = mkdtempSync(join(tmpdir(), 'belljar-bridge-test-dead-'));
    writeFileSync(join(dead, 'socket'), '');
    const other = mkdtempSync(join(tmpdir(), 'belljar-other-test-dead-'));
    await sweepBridges((owner) => owner === 'test-dead');
    assert.deepEqual([dead, other, living.hostPath].map(existsSync), [false, true, true]);
    living.close();
    rmSync(other, { recursive: true });
  });
});
