import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ProcessBackend } from '../../src/sandbox/index.ts';
import { Session } from '../../src/sessions/index.ts';
import { roomyLimits } from '../support/glass.ts';
import { bubblewrap, needs, root } from '../support/prerequisite.ts';

const ready = `echo '{"type":"ready","protocol":2,"python":"3.11.0"}'; read -r request
run=$(printf '%s' "$request" | sed 's/.*"run":"\\([0-9a-f-]*\\)".*/\\1/')`;

/** Programs that stand where the runner should: what code that took it over could do to the channel. */
describe('a session whose runner lies', needs(root, bubblewrap), () => {
  const early: readonly [string, string, RegExp][] = [
    ['ends at once', 'echo "no luck" >&2; exit 4', /ended before it was ready: no luck/],
    [
      'speaks another protocol',
      `echo '{"type":"ready","protocol":99,"python":"x"}'; sleep 60`,
      /ended before it was ready/,
    ],
    ['says nothing that is a frame', 'echo hello; sleep 60', /a frame is not JSON/],
  ];
  for (const [what, script, message] of early) {
    it(`is not opened when it ${what}`, async () => {
      await assert.rejects(open(script), { code: 'SANDBOX_LAUNCH_FAILED', message });
    });
  }

  const late: readonly [string, string, RegExp][] = [
    ['sends what is no JSON', 'echo nonsense; sleep 60', /a frame is not JSON/],
    ['sends a frame beyond the limit', 'head -c 13000000 /dev/zero | tr "\\0" x; sleep 60', /longer than/],
    [
      'tells of another run',
      `echo '{"type":"done","run":"7","cut":0,"how":"exited","code":42}'; sleep 60`,
      /belongs to no run/,
    ],
    ['is ready again', `echo '{"type":"ready","protocol":2,"python":"x"}'; sleep 60`, /ready before/],
    ['floods', `yes '{"type":"stream","run":"'$run'","name":"stdout","text":"x"}'`, /more output than was asked for/],
    ['tells twice that output is cut', `yes '{"type":"cut","run":"'$run'"}'`, /told twice that output is cut/],
    [
      'answers before it was asked, by a name that it guessed',
      `echo '{"type":"done","run":"1","cut":0,"how":"exited","code":42}'; sleep 60`,
      /belongs to no run/,
    ],
    ['sends a frame of no known shape', `echo '{"type":"grant"}'; sleep 60`, /a shape that the protocol does not know/],
    ['closes the channel and stays', 'exec >&- <&-; sleep 60', /the runner ended before the code did/],
    ['exits in the middle of a frame', `printf '{"type":"do'; exit 0`, /the runner ended before the code did/],
  ];
  for (const [what, script, message] of late) {
    it(`tells the run as broken when it ${what}, and takes no more`, async () => {
      await using session = await open(`${ready}; ${script}`);
      const { outcome } = await session.runScript({ name: 'x.py', code: '', args: [] });
      assert.equal(outcome.status, 'broken');
      assert.match(outcome.message, message);
      await assert.rejects(session.runScript({ name: 'x.py', code: '', args: [] }), { code: 'SESSION_CLOSED' });
    });
  }

  it('keeps no more of endless diagnostics than their end', async () => {
    const failure = await open('head -c 5000000 /dev/zero | tr "\\0" x >&2; echo the end >&2; exit 1').catch(
      (error: unknown) => error as Error,
    );
    assert.ok(failure instanceof Error);
    assert.match(failure.message, /xxxthe end$/);
    assert.ok(failure.message.length < 3000, `${failure.message.length} characters`);
  });

  async function open(script: string): Promise<Session> {
    const sandbox = await new ProcessBackend({}).launch({
      argv: ['/bin/sh', '-c', script],
      env: { PATH: '/usr/bin:/bin' },
      mounts: [{ kind: 'scratch', at: '/tmp', maxBytes: 1 << 20 }],
      workingDirectory: '/tmp',
      limits: { memoryBytes: 256 << 20, processes: 32, cpus: 1, cpuTimeMs: 60_000, openFiles: 64, fileBytes: 1 << 20 },
      network: 'off',
      require: [],
    });
    return Session.over(sandbox, roomyLimits, { startsEmpty: true }); // else it is asked about files first
  }
});
