import assert from 'node:assert/strict';
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { describe, it } from 'node:test';

import { describeSpecial, specialRanges } from './special-addresses.ts';

describe('describeSpecial()', () => {
  const special = [
    ...[
      '0.0.0.0',
      '0.1.2.3',
      '10.0.0.1',
      '10.255.255.255',
      '100.64.0.1',
      '100.100.100.200',
      '127.0.0.1',
      '127.255.0.1',
    ],
    ...[
      '169.254.169.254',
      '172.16.0.1',
      '172.31.255.255',
      '192.0.0.192',
      '192.168.1.1',
      '198.18.0.1',
      '198.19.255.255',
    ],
    ...['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '168.63.129.16', '192.88.99.1'],
    ...['::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:0:1.2.3.4', '64:ff9b::8.8.8.8'],
    ...['64:ff9b:1::1', '2002:7f00:1::1', '2001::1', '2001:db8::1', '2001:2::1', 'fc00::1', 'fd00:ec2::254', 'fe80::1'],
    ...['fec0::1', 'ff02::1', '100::1', '5f00::1', '3fff::1', '4000::1', '1::1', 'e000::1'],
  ];
  for (const address of special) {
    it(`knows ${address}`, () => assert.ok(describeSpecial(address) !== undefined));
  }

  const ordinary = [
    ...['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'],
    ...[
      '128.0.0.1',
      '169.253.255.255',
      '169.255.0.0',
      '172.15.255.255',
      '172.32.0.0',
      '192.167.255.255',
      '192.169.0.0',
    ],
    ...['198.17.255.255', '198.20.0.0', '223.255.255.255', '168.63.129.15', '168.63.129.17'],
    ...['2606:4700::1111', '2a00:1450::1', '2003::1', '2001:4860::8888', '2620:4f:8001::1'],
  ];
  for (const address of ordinary) {
    it(`lets ${address} be`, () => assert.equal(describeSpecial(address), undefined));
  }

  it('agrees with Node’s own comparison at both ends of every range', () => {
    const list = new BlockList();
    for (const [range] of specialRanges) {
      const [address = '', length] = range.split('/');
      list.addSubnet(address, Number(length), isIPv4(address) ? 'ipv4' : 'ipv6');
    }
    for (const address of [...special, ...ordinary]) {
      if (!isIPv4(address) || describeSpecial(address) === undefined) continue;
      assert.equal(list.check(address, 'ipv4'), true, address);
    }
  });

  it('names a document for each range', () => {
    for (const [range, what, source] of specialRanges) {
      const [address = ''] = range.split('/');
      assert.ok(isIPv4(address) || isIPv6(address), range);
      assert.ok(what !== '' && /RFC \d+|Azure/.test(source), range);
      assert.match(describeSpecial(address) ?? '', /\(.+\)$/);
    }
  });
});
