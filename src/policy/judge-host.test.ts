import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { judgeHost } from './judge-host.ts';
import { parsePolicy } from './parse-policy.ts';

const allow = read(`
version: 1
runtime:
  network:
    allow:
      - {host: api.example.org}
      - {host: '*.wheels.example', ports: [443, 8443]}
      - {host: API.Example.org, ports: [80]}
      - {host: xn--bcher-kva.example, ports: [443]}
`);

describe('judgeHost()', () => {
  const cases: readonly [string, number, 'allow' | 'deny', string][] = [
    ['api.example.org', 443, 'allow', 'runtime.network.allow[0]'],
    ['api.example.org', 80, 'allow', 'runtime.network.allow[2]'],
    ['api.example.org', 8080, 'deny', 'runtime.network.allow[0]'],
    ['example.org', 443, 'deny', 'runtime.network.allow'],
    ['x.api.example.org', 443, 'deny', 'runtime.network.allow'],
    ['api.example.org.evil.example', 443, 'deny', 'runtime.network.allow'],
    ['notapi.example.org', 443, 'deny', 'runtime.network.allow'],
    ['a.wheels.example', 443, 'allow', 'runtime.network.allow[1]'],
    ['a.b.wheels.example', 8443, 'allow', 'runtime.network.allow[1]'],
    ['a.wheels.example', 80, 'deny', 'runtime.network.allow[1]'],
    ['wheels.example', 443, 'deny', 'runtime.network.allow'],
    ['.wheels.example', 443, 'deny', 'runtime.network.allow'],
    ['evilwheels.example', 443, 'deny', 'runtime.network.allow'],
    ['xn--bcher-kva.example', 443, 'allow', 'runtime.network.allow[3]'],
    ['10.0.0.1', 443, 'deny', 'runtime.network.allow'],
    ['', 443, 'deny', 'runtime.network.allow'],
  ];
  for (const [host, port, verdict, rule] of cases) {
    it(`says ${verdict} to ${host || 'nothing'}:${port} by ${rule}`, () => {
      const decision = judgeHost({ allow, host, port });
      assert.equal(decision.verdict, verdict);
      assert.deepEqual([decision.reason.rule, decision.reason.verdict], [rule, verdict]);
      assert.equal(decision.reason.matched, `${host}:${port}`);
    });
  }

  it('names the ports that are open where only the port is wrong', () => {
    const { reason } = judgeHost({ allow, host: 'api.example.org', port: 8080 });
    assert.equal(reason.message, 'api.example.org is open on ports 80 and 443, not on 8080');
  });

  it('lists one port, two and three as a person would', () => {
    const messageFor = (ports: number[]): string =>
      judgeHost({ allow: [{ host: 'a.example', ports }], host: 'a.example', port: 81 }).reason.message;
    assert.equal(messageFor([80]), 'a.example is open on port 80, not on 81');
    assert.equal(messageFor([443, 80]), 'a.example is open on ports 80 and 443, not on 81');
    assert.equal(messageFor([8080, 443, 80]), 'a.example is open on ports 80, 443 and 8080, not on 81');
  });

  it('says which name no rule knows', () => {
    const { reason } = judgeHost({ allow: [], host: 'evil.example', port: 443 });
    assert.equal(reason.message, 'no rule names the host evil.example');
  });

  it('lets an address through where a rule could name it literally, and nowhere else', () => {
    const literal = [{ host: '203.0.114.7', ports: [443] }];
    assert.equal(judgeHost({ allow: literal, host: '203.0.114.7', port: 443 }).verdict, 'allow');
    assert.equal(judgeHost({ allow: literal, host: '203.0.114.70', port: 443 }).verdict, 'deny');
  });
});

function read(text: string) {
  const reading = parsePolicy(text, 'test');
  assert.ok(reading.ok);
  return reading.policy.runtime.network.allow;
}
