import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goodFacts, goodPackage, judgeFacts, policyOf } from '../../test/policy/good-facts.ts';
import { formatJudgement } from './policy-explanation.ts';

const judgement = judgeFacts(
  policyOf('packages: {deny: [web], ask: [core]}'),
  goodFacts(
    goodPackage({ name: 'app', inspection: 'pending' }),
    goodPackage({ name: 'web', requested: false, dependants: ['app'], candidates: [] }),
    goodPackage({ name: 'core', version: '1.0', requested: false, dependants: ['web'] }),
  ),
);

test('formatJudgement() tells the whole first, then each package with the way it came in', () => {
  const text = formatJudgement(judgement, { source: 'p.yaml', isTerminal: false });
  assert.equal(
    text,
    [
      'deny, by p.yaml',
      '',
      'the plan as a whole',
      '  allow  roles.collaborator.allow  user-1 (collaborator) may install packages',
      '',
      'app 2.1.0',
      '  allow  packages.default          no list names app 2.1.0',
      '',
      'web 2.1.0  (app → web)',
      '  deny   packages.deny[0]          web 2.1.0 is one of “web”',
      '  no known version would pass',
      '',
      'core 1.0  (app → web → core)',
      '  ask    packages.ask[0]           core 1.0 is one of “core”',
      '',
      'judged again once the wheel is opened: app',
      '',
    ].join('\n'),
  );
});

test('formatJudgement() colours verdicts on a terminal and nothing else', () => {
  const text = formatJudgement(judgement, { source: 'p.yaml', isTerminal: true });
  assert.ok(text.startsWith('\u001b[31mdeny\u001b[0m, by p.yaml\n'));
  assert.ok(text.includes('  \u001b[33mask  \u001b[0m  packages.ask[0]'));
  assert.equal(text.replace(/\u001b\[\d+m/g, ''), formatJudgement(judgement, { source: 'p.yaml', isTerminal: false }));
});

test('formatJudgement() shows what a terminal would obey, and obeys it not', () => {
  const hostile = goodPackage({ licence: { expression: 'MIT\u001b]0;owned\u0007\u202e\n' } });
  const text = formatJudgement(judgeFacts(policyOf(), goodFacts(hostile)), { source: 'p\u001b[2J', isTerminal: false });
  assert.doesNotMatch(text, /[\u001b\u0007\u202e]/);
  assert.ok(text.startsWith('ask, by p\\u001b[2J\n'), text);
  assert.ok(text.includes('MIT\\u001b]0;owned\\u0007\\u202e'), text);
});

test('formatJudgement() says what the verdict would be if nothing were missing', () => {
  const { advisoryData: _data, ...facts } = goodFacts(goodPackage());
  const text = formatJudgement(judgeFacts(policyOf(), facts), { source: 'p', isTerminal: false });
  assert.ok(text.startsWith('ask, by p\non the facts that are known: allow\n'));
});
