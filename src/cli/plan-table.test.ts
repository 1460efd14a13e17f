import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { AnsweredPlan, PlannedPackage } from '../belljar.ts';
import { formatPlan } from './plan-table.ts';
import { widthOf } from './terminal-text.ts';

const dep: PlannedPackage = {
  ...{ name: 'dep', version: '1.0', verdict: 'allow', reasons: [], isRequested: false, path: ['app', 'dep'] },
  ...{
    requiredBy: ['app'],
    extras: [],
    licence: { expression: 'MIT' },
    licenceContradictions: [],
    sizeBytes: 2_000_000,
  },
  ...{ from: 'wheel', ageMs: 86_400_000 * 30, advisories: [], inspection: 'pending', heldBack: [] },
};

const plan: AnsweredPlan = {
  ...{
    id: '1',
    at: '2026-06-15T00:00:00Z',
    verdict: 'allow',
    verdictOnKnownFacts: 'allow',
    reasons: [],
    packages: [dep],
  },
  totals: {
    packages: 1,
    byVerdict: { allow: 1, ask: 0, deny: 0 },
    downloadBytes: 2_000_000,
    unknownSizes: 0,
    pending: 1,
  },
  lock: { target: 'python 3.12', packages: [], digest: 'ab'.repeat(32) },
  ...{ target: 'python 3.12', policyHash: '', advisoriesAsOf: '2026-06-14T00:00:00Z', stale: [], wish: '' },
};

const denied: PlannedPackage = {
  ...{ ...dep, name: 'evil\u001b[31m', verdict: 'deny', path: ['evil'], nearest: '0.9' },
  reasons: [{ rule: 'packages.deny[0]', verdict: 'deny', matched: 'evil', message: 'evil is denied', path: ['evil'] }],
};

const plain = { isTerminal: false } as const;

describe('formatPlan()', () => {
  it('says the verdict, the sums, and of each package what is known and through whom it comes in', () => {
    const text = formatPlan(plan, plain);
    assert.match(text, /^allow: 1 package, 2 MB to download, 1 still to be opened, .*advisories of 2026-06-14\n/);
    assert.match(text, /^allow {4}dep {6}1\.0 {6}MIT {6}2 MB +30 d +for app$/m);
    assert.match(text, /^lock (?:ab){32} for python 3\.12$/m);
  });

  it('shows what refuses first, with the rule and what would pass', () => {
    const lines = formatPlan({ ...plan, verdict: 'deny', packages: [dep, denied] }, plain).split('\n');
    const rows = lines.filter((line) => /^(?:allow|deny) {2}/.test(line));
    assert.match(rows[0] ?? '', /^deny .* packages\.deny\[0\]: evil is denied; by what is known, 0\.9 would pass$/);
    assert.match(rows[1] ?? '', /^allow .* dep /);
  });

  it('lets nothing of a package reach the terminal but what can be seen', () => {
    assert.doesNotMatch(formatPlan({ ...plan, packages: [denied] }, plain), /\u001b/);
  });

  it('fits a terminal', () => {
    const text = formatPlan({ ...plan, packages: [denied, dep] }, { isTerminal: true, columns: 60 });
    const table = text.split('\n').filter((line) => /VERDICT|MIT/.test(line));
    assert.equal(table.length, 3);
    for (const line of table) assert.ok(widthOf(line.replaceAll(/\u001b\[\d+m/g, '')) <= 60, line);
  });

  it('tells what was held back, what changes, and why there is no solution', () => {
    const heldBack = [
      { version: '2.0', verdict: 'deny', reasons: [{ rule: 'packages.deny[0]', message: 'no' }] },
    ] as const;
    const changes = [{ name: 'dep', kind: 'up', from: '0.9', to: '1.0' }] as const;
    const text = formatPlan({ ...plan, packages: [{ ...dep, heldBack }], changes }, plain);
    assert.match(text, /held back by the policy\n {2}dep 2\.0: deny, packages\.deny\[0\]: no/);
    assert.match(text, /what changes in the environment\n {2}up {10}dep 0\.9 → 1\.0/);
  });

  it('says why there is no solution, and speaks of the policy only where it has a part in it', () => {
    const absent = [{ name: 'pandsa', suggestion: 'pandas', why: 'it differs by one letter' }];
    const none = { kind: 'absent', message: 'no index has it', absent, unread: [], denials: [] } as const;
    const unknown = formatPlan({ ...plan, obstacle: none }, plain);
    assert.match(
      unknown,
      /no solution:\n {2}no index has it\n {2}“pandsa” was perhaps meant to be “pandas”: it differs/,
    );
    const obstacle = {
      kind: 'policy',
      message: 'dep is denied',
      resolver: 'No dep.',
      absent: [],
      unread: [],
      denials: [],
    } as const;
    assert.match(
      formatPlan({ ...plan, obstacle }, plain),
      /no solution that the policy allows:\n {2}dep is denied\n {2}in the words of the resolver: No dep\./,
    );
    assert.doesNotMatch(formatPlan({ ...plan, obstacle: { ...obstacle, kind: 'no-version' } }, plain), /the policy/);
  });

  it('marks what is built from source, and says how to plan with one that does not say what it needs', () => {
    assert.match(formatPlan({ ...plan, packages: [{ ...dep, from: 'source' }] }, plain), /dep {6}1\.0 \(source\)/);
    const unread = [
      { name: 'dep', version: '1.0', filename: 'dep-1.0.tar.gz', message: 'nobody knows', wasTried: false },
    ];
    const obstacle = { kind: 'source', message: 'no wheel', absent: [], unread, denials: [] } as const;
    assert.match(formatPlan({ ...plan, obstacle }, plain), /no wheel\n {2}--build-sources lets it be built/);
    assert.doesNotMatch(formatPlan({ ...plan, obstacle: { ...obstacle, unread: [] } }, plain), /--build-sources/);
  });

  it('shows the last words of a build that failed, of which none reaches the terminal as a command', () => {
    const words = { name: 'dep', version: '1.0', filename: 'dep-1.0.tar.gz', message: 'it failed', wasTried: true };
    const unread = [{ ...words, said: 'Traceback\n  no compiler\u001b[2J' }];
    const obstacle = { kind: 'source', message: 'it failed', absent: [], unread, denials: [] } as const;
    const text = formatPlan({ ...plan, obstacle }, plain);
    assert.match(
      text,
      /it failed\n {2}the last words of what builds dep 1\.0:\n {2}\| Traceback\n {2}\|   no compiler/,
    );
    assert.ok(!text.includes('\u001b'));
  });

  it('says what to do next where it asks, and that it was agreed to where it was', () => {
    const reason = {
      rule: 'packages.missing.advisories',
      verdict: 'ask',
      matched: '',
      message: 'old',
      path: [],
    } as const;
    const asks: AnsweredPlan = { ...plan, verdict: 'ask', reasons: [reason] };
    assert.match(formatPlan(asks, plain), /^to have it agreed to: belljar plan … --ask WHY$/m);
    assert.match(formatPlan(asks, plain), /belljar advisories update/);
    const about = {
      lock: 'ab',
      asked: '',
      expires: '2026-07-01T00:00:00Z',
      plan: '1',
      workspace: null,
      wish: '',
      because: '',
    };
    const askedBy = { id: 'ada', kind: 'user', role: 'owner' } as const;
    const approval = { id: 'q1', ...about, askedBy, questions: [] };
    const open = formatPlan({ ...asks, approval: { ...approval, state: 'open' } }, plain);
    assert.match(open, /^to have it agreed to: belljar approvals approve q1 --reason WHY$/m);
    const approved = formatPlan({ ...asks, approval: { ...approval, state: 'approved' } }, plain);
    assert.match(approved, /^ask, and approved: /);
    assert.doesNotMatch(approved, /to have it agreed to/);
  });

  it('shows the reasons whole below a table that a terminal cuts, also where that says that it is 0 wide', () => {
    for (const columns of [40, 0]) {
      const text = formatPlan({ ...plan, verdict: 'deny', packages: [dep, denied] }, { isTerminal: true, columns });
      assert.match(
        text,
        /^ {2}evil\\u001b\[31m 1\.0: packages\.deny\[0\]: evil is denied; by what is known, 0\.9 would pass$/m,
      );
    }
    assert.match(formatPlan(plan, { isTerminal: true, columns: 0 }), /dep {6}1\.0/);
  });
});
