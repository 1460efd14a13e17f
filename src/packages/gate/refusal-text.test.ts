import assert from 'node:assert/strict';
import { test } from 'node:test';

import { json, TestGate } from '../../../test/gate/test-gate.ts';
import { RefusalBook } from './refusal-book.ts';
import { formatRefusals } from './refusal-text.ts';

const deny = { verdict: 'deny', reasons: [{ rule: 'packages.deny[0]', message: 'acme is one of “acme”' }] } as const;

test('formatRefusals() says in plain words what was refused, and why', () => {
  const book = new RefusalBook();
  assert.equal(formatRefusals(book.list()), 'Nothing was refused.\n');
  const notes = ['1.10', '1.9', '1.2'].map((version) => ({ version, ...deny }));
  book.note('acme', { at: new Date(0), project: 'acme', notes });
  const ask = { ...deny, verdict: 'ask' as const, filename: 'b-1-py3-none-any.whl', version: '1' };
  book.note('b-1-py3-none-any.whl', { at: new Date(1), project: 'b', notes: [ask] });
  assert.equal(
    formatRefusals(book.list()),
    [
      'b-1-py3-none-any.whl: somebody must agree first',
      '  acme is one of “acme” [packages.deny[0]]',
      '',
      'acme, 3 versions from 1.2 to 1.10: denied',
      '  acme is one of “acme” [packages.deny[0]]\n',
    ].join('\n'),
  );
});

test('RefusalBook keeps the last of each, bounded, and forgets what is refused no more', () => {
  const book = new RefusalBook();
  for (let count = 0; count < 500; count++) {
    book.note(`p${count}`, { at: new Date(count), project: `p${count}`, notes: [{ version: '1', ...deny }] });
  }
  assert.deepEqual([book.list().length, book.list()[0]?.project], [400, 'p499']);
  book.note('p499', { at: new Date(1000), project: 'p499', notes: [] });
  assert.equal(book.list()[0]?.project, 'p498');
});

test('a client is shown its own refusals, as text, page and JSON, and the operator those of all', async (context) => {
  const files = ['1.0', '1.1'].map((version) => ({ filename: `acme-${version}-py3-none-any.whl` }));
  const gate = await TestGate.open(context, {
    projects: { acme: { files } },
    policy: 'packages: {deny: [{package: acme, because: "we <do not> want it"}]}',
  });
  const [one, two] = [gate.client('strict', 'one'), gate.client('plan', 'two')];
  await one.ask('/simple/acme/', { accept: json });
  await one.ask('/simple/typo/', { accept: json });
  const text = (await one.ask('/refusals')).text;
  assert.match(
    text,
    /^acme, 2 versions from 1\.0 to 1\.1: denied\n {2}acme 1\.\d is one of “acme”: we <do not> want it \[packages/m,
  );
  assert.match(text, /^typo: denied\n {2}no index has a project of the name typo \[index\.unknown\]/m);
  const page = await one.ask('/refusals', { accept: 'text/html,*/*' });
  assert.match(page.text, /we &lt;do not&gt; want it/);
  assert.match(page.headers['content-security-policy'] ?? '', /default-src 'none'/);
  const told = JSON.parse((await one.ask('/refusals', { accept: 'application/json' })).text) as {
    refusals: Record<string, unknown>[];
  };
  assert.deepEqual(told.refusals.map(({ client, project, version }) => [client, project, version]).sort(), [
    ['one', 'acme', '1.0'],
    ['one', 'acme', '1.1'],
    ['one', 'typo', undefined],
  ]);
  assert.equal((await two.ask('/refusals')).text, 'Nothing was refused.\n');
  const operator = gate.gate.admit({ id: 'operator', view: 'strict', seesAll: true });
  assert.match((await gate.ask(`${operator.path}/refusals`)).text, /# one\n[^#]*acme, 2 versions/);
  gate.setPolicy('');
  await one.ask('/simple/acme/', { accept: json });
  assert.doesNotMatch((await one.ask('/refusals')).text, /acme/, 'allowed now');
});

test('refusals name what somebody may miss: no source beside its wheel, and other files once', async (context) => {
  const names = ['acme-1.0-py3-none-any.whl', 'acme-1.0.tar.gz', 'acme-1.1.tar.gz', 'acme-1.0.exe', 'acme-1.0.rpm'];
  const gate = await TestGate.open(context, { projects: { acme: { files: names.map((filename) => ({ filename })) } } });
  const { ask } = gate.client();
  await ask('/simple/acme/');
  assert.equal(
    (await ask('/refusals')).text,
    [
      'acme 1.1: denied',
      '  acme-1.1.tar.gz is no wheel: building it would run its code [packages.sourceDistributions]',
      '',
      'acme: denied',
      '  “acme-1.0.exe” is not the name of a wheel or source distribution of acme; nor is 1 other [gate.filename]\n',
    ].join('\n'),
  );
});
