import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';

import type { ProofReport } from '../../src/belljar.ts';
import { TestCli } from '../support/cli.ts';
import { OrdinaryUser } from '../support/ordinary-user.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

/** Some seven hundred sandboxes, on a machine that may have other things to do. */
const patiently = { timeout: 900_000 };

describe('belljar doctor --prove', needs(root, bubblewrap, python), () => {
  it('proves as root that nothing escapes, with a control for every attack', patiently, async () => {
    using cli = new TestCli();
    const { code, stdout, stderr } = await cli.run(['doctor', '--prove', '--json']);
    const { summary, cases } = parse(stdout, stderr);
    const failures = cases.filter(({ verdict }) => !['contained', 'absent'].includes(verdict));
    assert.deepEqual(failures, []);
    assert.equal(code, 0);
    assert.equal(summary.passed, true);
    assert.equal(summary.controls, summary.contained);
    assert.ok(summary.contained >= 250, `${summary.contained} cases`);
    assert.deepEqual(leftBehind(), []);
  });

  it('proves as an ordinary user the same, and starts nothing that this user has no limits for', patiently, () => {
    using user = new OrdinaryUser();
    const { status, stdout, stderr } = user.run(['doctor', '--prove', '--json']);
    const { summary, cases } = parse(stdout, stderr);
    const failures = cases.filter(({ verdict }) => !['contained', 'absent', 'refused'].includes(verdict));
    assert.deepEqual(failures, []);
    assert.equal(status, 0);
    assert.ok(summary.contained >= 200, `${summary.contained} cases`);
    // Without delegated cgroups: the policy requires these limits, so nothing is started that would lack them.
    const refused = cases.filter(({ verdict }) => verdict === 'refused').map(({ id }) => id);
    assert.ok(refused.includes('memory') && refused.includes('processes'), refused.join());
    assert.deepEqual(leftBehind(), []);
  });
});

function parse(stdout: string, stderr: string): ProofReport {
  assert.match(stdout, /^\{/, stderr);
  return JSON.parse(stdout) as ProofReport;
}

function leftBehind(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('belljar-proof-'));
}
