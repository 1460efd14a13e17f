import assert from 'node:assert/strict';
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import type { ProofReport } from '../../src/belljar.ts';
import { HostProcess, findMarked } from '../../src/proof/host-process.ts';
import { TestCli, finish } from '../support/cli.ts';
import { OrdinaryUser } from '../support/ordinary-user.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

/** Some eight hundred sandboxes, on a machine that may have other things to do. */
const patiently = { timeout: 900_000 };

describe('belljar doctor --prove', needs(root, bubblewrap, python), () => {
  it('proves as root that nothing escapes, with a control for every attack', patiently, async () => {
    using cli = new TestCli();
    const temporary = openTemporary(cli);
    const { code, stdout, stderr } = await cli.run(['doctor', '--prove', '--json'], { env: { TMPDIR: temporary } });
    const { summary, cases } = parse(stdout, stderr);
    const failures = cases.filter(({ verdict }) => !['contained', 'absent'].includes(verdict));
    assert.deepEqual(failures, []);
    assert.equal(code, 0);
    assert.equal(summary.passed, true);
    assert.equal(summary.controls, summary.contained);
    assert.ok(summary.contained >= 300, `${summary.contained} cases`);
    assert.deepEqual(stagesIn(temporary), []);
  });

  it('proves as an ordinary user the same, and starts nothing that this user has no limits for', patiently, () => {
    using user = new OrdinaryUser();
    const { status, stdout, stderr } = user.run(['doctor', '--prove', '--json']);
    const { summary, cases } = parse(stdout, stderr);
    const failures = cases.filter(({ verdict }) => !['contained', 'absent', 'refused'].includes(verdict));
    assert.deepEqual(failures, []);
    assert.equal(status, 0);
    assert.ok(summary.contained >= 250, `${summary.contained} cases`);
    // Without delegated cgroups: the policy requires these limits, so nothing is started that would lack them.
    const refused = cases.filter(({ verdict }) => verdict === 'refused').map(({ id }) => id);
    assert.ok(refused.includes('memory') && refused.includes('processes'), refused.join());
    assert.deepEqual(stagesIn(user.temporary), []);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    using cli = new TestCli();
    const temporary = openTemporary(cli);
    const child = cli.start(['doctor', '--prove', '--only', 'processes'], { TMPDIR: temporary });
    let marks = new Set<string>();
    while (marks.size === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      marks = marksBelow(child.pid ?? 0);
    }
    child.kill('SIGINT');
    const { code, stderr } = await finish(child);
    assert.equal(code, 130, stderr);
    assert.deepEqual(stagesIn(temporary), []);
    for (const mark of marks) assert.deepEqual(findMarked(mark), []);
  });
});

function stagesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('belljar-proof-'));
}

/** That everyone can reach, or the stage would be set where they can. */
function openTemporary(cli: TestCli): string {
  const folder = join(cli.home, '..');
  chmodSync(folder, 0o755);
  return folder;
}

/** The marks of the attempts that this process is making: others may be made at the same time. */
function marksBelow(pid: number): Set<string> {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => new HostProcess(Number(name)));
  const below = new Set([pid]);
  for (let size = 0; size !== below.size;) {
    size = below.size;
    for (const one of all) if (below.has(Number(one.stat()[1] ?? 0))) below.add(one.pid);
  }
  const marks = all
    .filter((one) => below.has(one.pid))
    .map((one) => /BELLJAR_PROOF=([^\0]+)/.exec(one.text('environ'))?.[1]);
  return new Set(marks.filter((mark) => mark !== undefined));
}

function parse(stdout: string, stderr: string): ProofReport {
  assert.match(stdout, /^\{/, stderr);
  return JSON.parse(stdout) as ProofReport;
}
