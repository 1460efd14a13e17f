import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { programCases } from '../../src/proof/program-case.ts';
import { inOtherNamespace } from '../../src/proof/observe/namespaces.ts';
import { secretCameOut } from '../../src/proof/observe/messages.ts';
import { proveGlass } from '../../src/proof/prove.ts';
import type { CaseReport } from '../../src/proof/report.ts';
import type { ProgramRow } from '../../src/proof/program-case.ts';
import { without } from '../../src/proof/way.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

const honest: ProgramRow = {
  id: 'unshare',
  title: 'makes a user namespace by unshare()',
  stoppedBy: ['system-call-filter'],
  program: 'namespaces.unshare',
  input: { kind: 'user' },
  seen: inOtherNamespace,
};

/** The judge is tried with real attacks: what it says of the corpus is worth what it says of these. */
describe('a proof', needs(root, bubblewrap, python), () => {
  it('calls an attack contained that fails behind glass only', async () => {
    const { verdict, attack, control } = await proveOne(honest);
    assert.equal(verdict, 'contained');
    assert.equal(attack.seen, null);
    assert.match(attack.word, /^refused EPERM/);
    assert.match(control.seen ?? '', /user:\[\d+\]/);
    assert.equal(control.way, 'without system-call-filter');
  });

  it('calls an attack escaped that gets through, and fails', async () => {
    const broken = { ...honest, attack: without('system-call-filter') };
    const { summary, cases } = await proveGlass({ cases: programCases('kernel', [broken]), required: [] });
    assert.equal(cases[0]?.verdict, 'escaped');
    assert.match(cases[0].evidence, /process \d+ has user user:/);
    assert.equal(summary.passed, false);
  });

  it('calls a case unproven whose control does not succeed', async () => {
    const { verdict, evidence } = await proveOne({ ...honest, control: without('network-namespace') });
    assert.equal(verdict, 'unproven');
    assert.match(evidence, /the control did not succeed: refused EPERM/);
  });

  it('calls a case unproven whose attack has a mistake', async () => {
    const { verdict, evidence } = await proveOne({ ...honest, input: { kind: 'no such kind' } });
    assert.equal(verdict, 'unproven');
    assert.match(evidence, /the attack did not start: failed KeyError/);
  });

  it('is not led to believe in success by an attack that says so', async () => {
    const boasting: ProgramRow = {
      ...honest,
      program: 'files.tell_names',
      seen: secretCameOut,
      input: {},
      control: without('uts-namespace'),
    };
    const { verdict, attack } = await proveOne(boasting);
    assert.match(attack.word, /^did/);
    assert.equal(verdict, 'unproven');
  });

  it('starts an attack on a limit only with all that the policy requires', async () => {
    const cases = programCases('exhaustion', [{ ...honest, requires: 'memory-limit' }]);
    const { cases: reports } = await proveGlass({ cases, required: ['memory-limit', 'own-uid'] });
    assert.equal(reports[0]?.verdict, 'contained', 'all of it is enforced for root');
  });

  it('ends at once when it is cancelled', async () => {
    const stop = new AbortController();
    const proof = proveGlass({ required: [], signal: stop.signal, onProgress: () => stop.abort() });
    await assert.rejects(proof, { code: 'CANCELLED' });
  });

  it('names the nearest where nothing has that name', async () => {
    await assert.rejects(proveGlass({ only: 'netwrok', required: [] }), {
      code: 'USAGE',
      hint: 'Did you mean “network”?',
    });
  });
});

async function proveOne(row: ProgramRow): Promise<CaseReport> {
  const { cases } = await proveGlass({ cases: programCases('kernel', [row]), required: [] });
  const [report] = cases;
  assert.ok(report !== undefined);
  return report;
}
