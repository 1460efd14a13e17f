import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isOwnHost, toHostName } from './host-names.ts';

const hosts = ['gate.example', 'mirror.example:9000', '[fd00::1]'];

test('isOwnHost() takes every loopback address and what was named, with the port that the gate has', () => {
  const own = ['127.0.0.1', '127.0.0.2', 'localhost', '[::1]', 'gate.example', 'GATE.example', '[fd00::1]'];
  for (const name of own) {
    assert.equal(isOwnHost(`${name}:8461`, { port: 8461, hosts }), true, name);
    assert.equal(isOwnHost(`${name}:1`, { port: 8461, hosts }), false, name);
  }
});

test('isOwnHost() takes a name that was named without a port, or with one of its own, as it stands', () => {
  for (const header of ['gate.example', 'mirror.example:9000', '[fd00::1]']) {
    assert.equal(isOwnHost(header, { port: 8461, hosts }), true, header);
  }
  assert.equal(isOwnHost('localhost', { port: 80, hosts }), true);
  assert.equal(isOwnHost('localhost', { port: 8461, hosts }), false);
});

test('isOwnHost() takes nobody else', () => {
  const strangers = [
    undefined,
    '',
    ':8461',
    'evil.example',
    'evil.example:8461',
    'gate.example.evil.example:8461',
    '127.0.0.1.evil.example:8461',
    'evil.example:8461:8461',
    '::1:8461',
    'fd00::1:8461',
    '[::2]:8461',
    '0.0.0.0:8461',
    '192.0.2.1:8461',
  ];
  for (const header of strangers) assert.equal(isOwnHost(header, { port: 8461, hosts }), false, String(header));
});

test('toHostName() writes an address as clients send it', () => {
  const cases: [address: string, expected: string][] = [
    ['127.0.0.1', '127.0.0.1'],
    ['fd00:0::1', '[fd00::1]'],
    ['[fd00::1]', '[fd00::1]'],
    ['Gate.Example', 'gate.example'],
    ['gate.example:9000', 'gate.example:9000'],
    ['fe80::1%eth0', '[fe80::1%eth0]'],
    ['no name', 'no name'],
  ];
  for (const [address, expected] of cases) assert.equal(toHostName(address), expected);
});
