import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';

import { EgressWorld } from '../../../test/support/egress.ts';

describe('EgressProxy on CONNECT', () => {
  it('opens a tunnel to what the rules name, and reports it when it is over', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveTcp((socket) => socket.pipe(socket));
    world.allow('api.test', port);
    const { socket, head } = await world.tunnel(`API.test.:${port}`);
    assert.match(head, /^HTTP\/1\.1 200 /);
    socket.end('hello there');
    assert.equal(await text(socket), 'hello there');
    const report = await world.report(0);
    assert.deepEqual(
      { ...report, ms: 0 },
      {
        verdict: 'allow',
        protocol: 'connect',
        target: `api.test:${port}`,
        host: 'api.test',
        port,
        address: '127.0.0.1',
        rule: 'runtime.network.allow[0]',
        bytesUp: 11,
        bytesDown: 11,
        ms: 0,
        end: 'finished',
        why: '',
      },
    );
  });

  it('lets a server speak first', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveTcp((socket) => void socket.end('220 ready\r\n'));
    world.allow('mail.test', port);
    const { socket } = await world.tunnel(`mail.test:${port}`);
    assert.equal(await text(socket), '220 ready\r\n');
  });

  it('refuses what no rule names, in words and with a hint, and resolves nothing', async () => {
    await using world = await EgressWorld.open();
    world.allow('api.test', 443);
    world.names['evil.test'] = ['127.0.0.1'];
    const answer = await world.exchange('CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\n\r\n');
    assert.match(answer, /^HTTP\/1\.1 403 Forbidden: no rule names the host evil\.test\r\n/);
    assert.match(answer, /ask the operator to add it under runtime\.network\.allow\.\n$/);
    assert.deepEqual(world.resolved, []);
    const { verdict, end, rule, host, port } = await world.report(0);
    assert.deepEqual([verdict, end, rule, host, port], ['deny', 'refused', 'runtime.network.allow', 'evil.test', 443]);
  });

  it('refuses another port than the rule names', async () => {
    await using world = await EgressWorld.open();
    world.allow('api.test', 443);
    const answer = await world.exchange('CONNECT api.test:22 HTTP/1.1\r\n\r\n');
    assert.match(answer, /403 Forbidden: api\.test is open on port 443, not on 22/);
  });

  const spellings = [
    ...['127.0.0.1:PORT', '2130706433:PORT', '0x7f000001:PORT', '0177.0.0.1:PORT', '127.1:PORT', '[::1]:PORT'],
    ...['[::ffff:127.0.0.1]:PORT', '169.254.169.254:80', 'user@api.test:PORT', 'api.test%00.evil.test:PORT', ':PORT'],
    ...['api.test', 'api.test:0', 'api.test:99999', '[fe80::1%25lo]:PORT', 'api.test:PORT:PORT', 'sub.api.test:PORT'],
  ];
  for (const spelling of spellings) {
    it(`refuses CONNECT ${spelling}`, async () => {
      await using world = await EgressWorld.open();
      let reached = 0;
      const port = await world.serveTcp((socket) => {
        reached += 1;
        socket.end();
      });
      world.allow('api.test', port);
      const answer = await world.exchange(`CONNECT ${spelling.replaceAll('PORT', String(port))} HTTP/1.1\r\n\r\n`);
      assert.match(answer, /^HTTP\/1\.1 40[03] /);
      assert.equal((await world.report(0)).verdict, 'deny');
      assert.equal(reached, 0);
      // The control: by its name it is there.
      assert.match((await world.tunnel(`api.test:${port}`)).head, /^HTTP\/1\.1 200 /);
    });
  }

  it('says that a name cannot be resolved, and that a host cannot be reached', async () => {
    await using world = await EgressWorld.open();
    const closed = await world.serveTcp(() => undefined);
    world.allow('gone.test', 443);
    world.allow('deaf.test', 1);
    delete world.names['gone.test'];
    world.exempt.push('127.0.0.1:1');
    assert.match(await world.exchange('CONNECT gone.test:443 HTTP/1.1\r\n\r\n'), /502 .*cannot be resolved: ENOTFOUND/);
    assert.match(await world.exchange('CONNECT deaf.test:1 HTTP/1.1\r\n\r\n'), /502 .*cannot be reached: ECONNREFUSED/);
    assert.deepEqual(
      world.reports.map(({ verdict, end }) => [verdict, end]),
      [
        ['allow', 'failed'],
        ['allow', 'failed'],
      ],
    );
    assert.ok(closed > 0);
  });

  it('passes megabytes both ways unharmed', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveTcp((socket) => socket.pipe(socket));
    world.allow('api.test', port);
    const { socket } = await world.tunnel(`api.test:${port}`);
    const sent = Buffer.alloc(3_000_000, 'belljar ');
    socket.end(sent);
    assert.equal(await text(socket), sent.toString());
    const { bytesUp, bytesDown } = await world.report(0);
    assert.deepEqual([bytesUp, bytesDown], [sent.length, sent.length]);
  });
});

describe('EgressProxy', () => {
  it('hangs up on what is neither HTTP nor SOCKS5', async () => {
    await using world = await EgressWorld.open();
    for (const bytes of ['\x16\x03\x01', '\x04\x01', 'get / HTTP/1.1\r\n', '\0\0\0\0', '\r\n']) {
      assert.equal(await world.exchange(bytes), '');
    }
    assert.ok(world.reports.every(({ verdict }) => verdict === 'deny'));
    assert.equal(world.reports.length, 5);
  });

  it('takes no more connections at once than its limit, and takes more when some are gone', async () => {
    await using world = await EgressWorld.open({ limits: { connections: 2 } });
    const port = await world.serveTcp((socket) => socket.pipe(socket));
    world.allow('api.test', port);
    const [one] = [await world.tunnel(`api.test:${port}`), await world.tunnel(`api.test:${port}`)];
    assert.equal((await world.tunnel(`api.test:${port}`)).head, '');
    assert.match((await world.report(0)).why, /more connections at once/);
    one.socket.destroy();
    await world.report(1);
    assert.match((await world.tunnel(`api.test:${port}`)).head, / 200 /);
  });

  it('hangs up on whoever does not say where to go in time', async () => {
    await using world = await EgressWorld.open({ limits: { helloMs: 50 } });
    for (const bytes of [
      '',
      'CONN',
      'CONNECT a:1 HTTP/1.1\r\nX: y\r\n',
      '\x05',
      '\x05\x01\x00',
      '\x05\x01\x00\x05\x01\x00\x03\xff',
    ]) {
      const socket = await world.connect();
      socket.write(Buffer.from(bytes, 'latin1'));
      socket.resume();
      await once(socket, 'end');
    }
  });

  it('hangs up on a head without end', async () => {
    await using world = await EgressWorld.open();
    const answer = await world.exchange(`CONNECT a.test:443 HTTP/1.1\r\nX: ${'x'.repeat(100_000)}`);
    assert.match(answer, /^(HTTP\/1\.1 400 |$)/);
    assert.match((await world.report(0)).why, /HPE_HEADER_OVERFLOW/);
  });

  it('ends what no longer has a rule, and only that', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveTcp((socket) => socket.pipe(socket));
    world.allow('kept.test', port);
    world.allow('dropped.test', port);
    const [kept, dropped] = [await world.tunnel(`kept.test:${port}`), await world.tunnel(`dropped.test:${port}`)];
    world.rules = world.rules.filter(({ host }) => host === 'kept.test');
    world.proxy.rulesChanged();
    dropped.socket.resume();
    await once(dropped.socket, 'end');
    const report = await world.report(0);
    assert.deepEqual([report.host, report.end, report.verdict], ['dropped.test', 'rules-changed', 'deny']);
    assert.match((await world.tunnel(`dropped.test:${port}`)).head, / 403 /);
    kept.socket.end('still');
    assert.equal(await text(kept.socket), 'still');
  });

  it('closes everything when it is closed, and takes nothing more', async () => {
    await using world = await EgressWorld.open();
    const port = await world.serveTcp((socket) => socket.pipe(socket));
    world.allow('api.test', port);
    const { socket } = await world.tunnel(`api.test:${port}`);
    socket.resume();
    world.proxy.close();
    await once(socket, 'end');
    assert.equal((await world.report(0)).end, 'closed');
    assert.equal(await world.exchange('CONNECT api.test:1 HTTP/1.1\r\n\r\n'), '');
  });
});
