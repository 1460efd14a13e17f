import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goodFacts, goodPackage, judgeFacts, noon, policyOf, refusals, without } from '../../test/policy/good-facts.ts';
import type { AdvisoryFacts } from './facts.ts';

const policy = policyOf();

function affected(...advisories: Partial<AdvisoryFacts>[]): ReturnType<typeof goodPackage> {
  return goodPackage({
    advisories: advisories.map((each) => ({ id: 'CVE-2026-1', aliases: [], withdrawn: false, ...each })),
  });
}

test('advisories are judged by severity', () => {
  const table = {
    critical: ['packages.advisories.critical deny'],
    high: ['packages.advisories.high deny'],
    medium: ['packages.advisories.medium ask'],
    low: [],
  };
  for (const [severity, refused] of Object.entries(table)) {
    assert.deepEqual(refusals(policy, affected({ severity: severity as keyof typeof table })), refused, severity);
  }
});

test('an advisory of low severity is allowed by name', () => {
  const { packages } = judgeFacts(
    policy,
    goodFacts(affected({ severity: 'low', aliases: ['PYSEC-1'], summary: 'slow' })),
  );
  const reason = packages[0]?.reasons.find(({ rule }) => rule === 'packages.advisories.low');
  assert.equal(reason?.verdict, 'allow');
  assert.equal(reason.matched, 'CVE-2026-1 (PYSEC-1)');
  assert.equal(reason.message, 'numpy 2.1.0 is affected by CVE-2026-1 (PYSEC-1) of low severity: slow');
});

test('an advisory without a severity is a missing fact, beside what another id states', () => {
  assert.deepEqual(refusals(policy, affected({})), ['packages.missing.severity deny']);
  assert.deepEqual(refusals(policy, affected({}, { id: 'PYSEC-1', aliases: ['CVE-2026-1'], severity: 'medium' })), [
    'packages.advisories.medium ask',
    'packages.missing.severity deny',
  ]);
});

test('taking away the word of one id does not make the verdict milder', () => {
  const both = affected({ severity: 'critical' }, { id: 'PYSEC-1', aliases: ['CVE-2026-1'], severity: 'low' });
  assert.deepEqual(refusals(policy, both), ['packages.advisories.critical deny']);
  const hidden = affected({}, { id: 'PYSEC-1', aliases: ['CVE-2026-1'], severity: 'low' });
  assert.deepEqual(refusals(policy, hidden), ['packages.missing.severity deny']);
});

test('one vulnerability under several ids is told once', () => {
  const facts = affected(
    { severity: 'high' },
    { id: 'GHSA-a-b-c', aliases: ['CVE-2026-1'], severity: 'medium' },
    { id: 'PYSEC-1', aliases: ['GHSA-a-b-c'], severity: 'low' },
  );
  assert.deepEqual(refusals(policy, facts), ['packages.advisories.high deny']);
});

test('malware is denied whatever its severity and the policy say', () => {
  const mild = policyOf(
    'packages: {allow: [numpy], advisories: {critical: allow, high: allow, medium: allow, low: allow}}',
  );
  assert.deepEqual(refusals(mild, affected({ severity: 'critical' })), []);
  assert.deepEqual(refusals(mild, affected({ id: 'MAL-2026-1', severity: 'low' })), ['packages.malware deny']);
  assert.deepEqual(refusals(mild, affected({ aliases: ['MAL-2026-1'] })), ['packages.malware deny']);
});

test('advisory data that is missing, too old or of the future is a rule of its own', () => {
  const ruleFor = (asOf: string | undefined): string[] => {
    const facts = { packages: [goodPackage()], ...(asOf === undefined ? {} : { advisoryData: { asOf } }) };
    return judgeFacts(policy, facts)
      .reasons.filter(({ verdict }) => verdict !== 'allow')
      .map(({ rule, message }) => `${rule}: ${message}`);
  };
  const ago = (ms: number): string => new Date(noon.getTime() - ms).toISOString();
  const day = 86_400_000;
  assert.deepEqual(ruleFor(ago(7 * day)), []);
  assert.deepEqual(ruleFor(ago(-day)), [], 'clocks differ');
  assert.match(ruleFor(ago(7 * day + 1))[0] ?? '', /^packages\.missing\.advisories: .*older than 7 d/);
  assert.match(ruleFor(ago(-day - 1))[0] ?? '', /^packages\.missing\.advisories: .*in the future/);
  assert.match(ruleFor(undefined)[0] ?? '', /^packages\.missing\.advisories: there is no advisory data/);
  const stale = judgeFacts(policy, without(goodFacts(goodPackage()), 'advisoryData'));
  assert.equal(stale.verdict, 'ask');
  assert.equal(stale.verdictOnKnownFacts, 'allow');
});
