import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { type TestContext, describe, it } from 'node:test';

import { windowBytes } from '../../src/programs/channel.ts';
import { ProgramLine } from '../../src/programs/program-line.ts';
import { type FrameKind, maxPieceBytes, packCount, packFrame } from '../../src/programs/wire.ts';
import { ProcessBackend } from '../../src/sandbox/index.ts';
import { bubblewrap, needs, root } from '../support/prerequisite.ts';

const [stdin, stdout, connection] = [0, 1, 3];
const ready = frame('ready', 0, '1 3.11.0');
const fullPiece = `{ ${printed(packFrame('data', stdout, Buffer.alloc(maxPieceBytes)).subarray(0, 9))}; head -c ${maxPieceBytes} /dev/zero; }`;

/** Programs that stand where ours should: what a command that took it over could do to the line. */
describe('a command whose line lies', needs(root, bubblewrap), () => {
  const lies: readonly [string, string, RegExp][] = [
    ['sends what is no frame', 'yes nonsense', /of no kind/],
    ['sends a frame beyond the limit', printed(packFrame('data', stdout).fill(0xff, 5)), /beyond the limit/],
    ['sends more than there is room for', `while ${fullPiece}; do :; done`, /more than there was room for/],
    ['prints after its end', `${frame('end', stdout)}; ${frame('data', stdout, 'x')}`, /more than there was room for/],
    ['prints by the standard input', frame('data', stdin, 'x'), /more than there was room for/],
    ['takes what it was not sent', credit(stdin, windowBytes), /took more than it was sent/],
    ['gives room by a number that is none', frame('credit', stdin, 'xyz'), /a number that is none/],
    ['takes a connection that nobody asked for', frame('dialed', connection), /what was not asked/],
    ['takes the standard output for a connection', frame('dialed', stdout), /what was not asked/],
    ['starts a command on the host', frame('start', 0, '{"argv":["id"]}'), /only the host may/],
    ['dials out', frame('dial', connection, '/run/secret'), /only the host may/],
    ['sends a signal to the host', frame('signal', 9), /only the host may/],
    ['tells an end that is none', frame('ended', 0, 'exited 70000'), /an end that is none/],
    ['is ready in another protocol', frame('ready', 0, '2 3.11.0'), /another protocol/],
  ];
  for (const [what, script, message] of lies) {
    it(`is broken off when it ${what}`, async (test) => {
      const line = await open(test, `${script}; sleep 60`);
      assert.equal(await line.ready, '3.11.0');
      const { told, violation } = await line.ended;
      assert.equal(told, undefined);
      assert.match(violation ?? '', message);
      await assert.rejects(async () => line.dial('/tmp/x'), { code: 'SESSION_CLOSED' });
    });
  }

  it('is heard where it keeps to the rules, whoever speaks', async (test) => {
    const line = await open(
      test,
      [frame('data', stdout, 'hi'), frame('end', stdout), frame('ended', 0, 'exited 3')].join('; '),
    );
    assert.equal(await text(line.stdout), 'hi');
    assert.deepEqual(await line.ended, { told: { how: 'exited', code: 3 } });
  });

  it('tells of streams that there are none of without harm', async (test) => {
    const unknown = [frame('end', 900), frame('close', 900), frame('data', 900, 'x'), credit(900, 1)];
    const line = await open(test, [...unknown, frame('ended', 0, 'signalled 9')].join('; '));
    assert.deepEqual(await line.ended, { told: { how: 'signalled', signal: 9 } });
  });

  it('that dies in the middle of a frame told nothing', async (test) => {
    const line = await open(test, printed(packFrame('data', stdout, Buffer.from('half')).subarray(0, 11)));
    assert.deepEqual(await line.ended, { told: undefined });
    assert.equal(await text(line.stdout), '');
  });

  it('that does not answer a dial keeps nobody waiting longer than it lives', async (test) => {
    const line = await open(test, 'head -c 1 >/dev/null');
    await line.ready;
    await assert.rejects(async () => line.dial('/tmp/x'), { code: 'SESSION_CLOSED' });
  });
});

function frame(kind: FrameKind, channel: number, payload = ''): string {
  return printed(packFrame(kind, channel, Buffer.from(payload)));
}

function credit(channel: number, bytes: number): string {
  return printed(packFrame('credit', channel, packCount(bytes)));
}

/** What a shell prints these bytes with. */
function printed(bytes: Buffer): string {
  return `printf '${[...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}'`;
}

async function open(test: TestContext, script: string): Promise<ProgramLine> {
  const sandbox = await new ProcessBackend({}).launch({
    argv: ['/bin/sh', '-c', `${ready}; ${script}`],
    env: { PATH: '/usr/bin:/bin' },
    mounts: [{ kind: 'scratch', at: '/tmp', maxBytes: 1 << 20 }],
    workingDirectory: '/tmp',
    limits: { memoryBytes: 256 << 20, processes: 32, cpus: 1, cpuTimeMs: 60_000, openFiles: 64, fileBytes: 1 << 20 },
    network: 'off',
    require: [],
  });
  test.after(async () => {
    sandbox.kill('the test');
    await sandbox.exited;
  });
  return new ProgramLine(sandbox, { maxBytes: 1_000_000, onExceeded: () => undefined });
}
