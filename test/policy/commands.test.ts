import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import type { Judgement } from '../../src/policy/index.ts';
import { type CliResult, TestCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { goodFacts, goodPackage } from './good-facts.ts';

const example = fileURLToPath(new URL('../../examples/belljar.policy.yaml', import.meta.url));

async function belljar(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> {
  using cli = new TestCli();
  return await cli.run(args, { env: { BELLJAR_POLICY: '', ...env } });
}

async function makeFile(t: TestContext, name: string, content: string): Promise<string> {
  const path = join(await temporaryFolder(t), name);
  await writeFile(path, content);
  return path;
}

function documentOf({ stdout }: CliResult): unknown {
  return JSON.parse(stdout);
}

test('policy check names the hash of a valid policy', async () => {
  const { code, stdout, stderr } = await belljar(['policy', 'check', example]);
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /: valid, sha256 [0-9a-f]{64}; packages: 6 allowed, 1 asked, 3 denied, else ask; 1 hosts, 2 waivers, 17 tests\n$/,
  );
  assert.equal(stderr, '');
  const builtIn = await belljar(['policy', 'check']);
  assert.match(builtIn.stdout, /^built-in policy: valid/);
});

test('policy check prints every problem as file:line:col and exits with 78, without a stack', async (t) => {
  const path = await makeFile(t, 'p.yaml', 'version: 1\npackages:\n  defualt: ask\n  deny: ["a>>1"]\n');
  const { code, stdout, stderr } = await belljar(['policy', 'check', path]);
  assert.equal(code, 78);
  assert.equal(stdout, '');
  assert.equal(
    stderr,
    `${path}:3:3: packages.defualt: “defualt” is not a key of packages; did you mean “default”?\n` +
      `${path}:4:10: packages.deny[0]: “>>1” is not a version specifier\n`,
  );
  const asJson = await belljar(['policy', 'check', '--json', '--policy', path]);
  assert.equal(asJson.code, 78);
  const { valid, problems } = documentOf(asJson) as { valid: boolean; problems: { line: number }[] };
  assert.deepEqual([valid, problems.map(({ line }) => line)], [false, [3, 4]]);
});

test('policy check refuses a file that is not there, and two at once', async () => {
  const missing = await belljar(['policy', 'check', 'no-such-policy.yaml']);
  assert.equal(missing.code, 66);
  assert.match(missing.stderr, /cannot read the policy .*no-such-policy\.yaml: ENOENT/);
  assert.equal((await belljar(['policy', 'check', example, example])).code, 2);
  assert.equal((await belljar(['policy', 'check', example, '--policy', 'other.yaml'])).code, 2);
});

test('policy explain gives one document with verdict, reasons and the policy it used', async () => {
  const args = ['policy', 'explain', 'pandas>=2', '--actor', 'user-1', '--role', 'collaborator', '--json'];
  type Explanation = Judgement & { actor: { id: string }; role: string; policy: { source: string; hash: string } };
  const result = await belljar([...args, '--policy', example]);
  assert.equal(result.code, 0, result.stderr);
  const explained = documentOf(result) as Explanation;
  assert.deepEqual([explained.actor.id, explained.role, explained.policy.source], ['user-1', 'collaborator', example]);
  assert.equal(explained.packages[0]?.name, 'pandas');
  assert.ok(
    explained.packages[0].reasons.some(({ rule, verdict }) => rule === 'packages.allow[1]' && verdict === 'allow'),
  );
  assert.ok(explained.packages[0].reasons.some(({ rule }) => rule === 'packages.missing.hash'));
  assert.equal(explained.verdictOnKnownFacts, 'allow');
  const builtIn = documentOf(await belljar(args)) as Explanation;
  assert.equal(builtIn.policy.source, 'built-in policy');
  assert.equal(builtIn.verdictOnKnownFacts, 'allow');
});

test('policy explain judges the facts it is given', async (t) => {
  const facts = goodFacts(goodPackage({ name: 'pandas', version: '2.2.0' }));
  const file = await makeFile(t, 'facts.json', JSON.stringify(facts));
  const explain = async (...more: string[]): Promise<Judgement> =>
    documentOf(
      await belljar(['policy', 'explain', 'pandas', '--facts', file, '--at', '2026-06-15', '--json', ...more]),
    ) as Judgement;
  assert.equal((await explain()).verdict, 'allow');
  assert.equal((await explain('--role', 'viewer')).verdict, 'deny');
  assert.equal((await explain('--at', '2026-09-01')).verdict, 'ask', 'the advisory data is old by then');
  const { stdout } = await belljar(['policy', 'explain', 'pandas', '--facts', file, '--at', '2026-06-15']);
  assert.match(stdout, /^allow, by built-in policy\n/);
  assert.match(stdout, /^pandas 2\.2\.0$/m);
});

test('policy explain reads for people: what refuses comes first, and nothing in the facts steers the terminal', async (t) => {
  const hostile = goodPackage({ name: 'pandas', licence: { expression: 'evil\u001b[2J\u202e\nallow' } });
  const app = goodPackage({ name: 'app' });
  const file = await makeFile(
    t,
    'facts.json',
    JSON.stringify(goodFacts(app, { ...hostile, requested: false, dependants: ['app'], candidates: [] })),
  );
  const { stdout } = await belljar(['policy', 'explain', '--facts', file, '--at', '2026-06-15']);
  assert.doesNotMatch(stdout, /[\u001b\u202e]/);
  assert.match(
    stdout,
    /^pandas 2\.1\.0 {2}\(app → pandas\)\n {2}ask {4}packages\.missing\.licence .*\n {2}allow {2}packages\.default .*\n {2}no known version would pass$/m,
  );
});

test('no policy command lets a policy steer the terminal, and --json says what stands in it', async (t) => {
  const hostile = '\\e]0;owned\\a\\u202e\\n';
  const cases: readonly (readonly [string, string, number])[] = [
    ['check', `version: 1\npackages: {default: "${hostile}"}\n`, 78],
    ['check', `version: 1\n"${hostile}": 1\n`, 78],
    ['test', `version: 1\npackages: {default: "${hostile}"}\n`, 78],
    [
      'test',
      `version: 1\npackages: {deny: [{package: a, because: "${hostile}"}]}\n` +
        `tests: [{name: "${hostile}", given: a, expect: allow}]\n`,
      1,
    ],
  ];
  for (const [name, text, exit] of cases) {
    const path = await makeFile(t, 'p.yaml', text);
    const { code, stdout, stderr } = await belljar(['policy', name, path]);
    assert.equal(code, exit, stderr);
    assert.doesNotMatch(stdout + stderr, /[\u001b\u0007\u202e]/);
    assert.match(stdout + stderr, /\\u001b\]0;owned\\u0007\\u202e/);
    const asJson = await belljar(['policy', name, path, '--json']);
    assert.match(JSON.stringify(documentOf(asJson)), /\\u001b\]0;owned\\u0007\u202e/);
  }
});

test('a name of a file or a key of facts forges no line of a message', async (t) => {
  const forged = 'x\nbelljar: all is well\n  hint: rest';
  const key = await makeFile(t, 'facts.json', JSON.stringify({ packages: [], [forged]: 1 }));
  const cases: readonly (readonly string[])[] = [
    ['policy', 'check', forged],
    ['policy', 'explain', 'a', '--facts', forged],
    ['policy', 'explain', 'a', '--facts', key],
    ['policy', 'explain', 'a', '--policy', await makeFile(t, forged, 'version: 2\n')],
    ['policy', 'check', await makeFile(t, forged, 'version: 2\n')],
    ['policy', 'check', await makeFile(t, forged, 'version: 1\n')],
    ['audit', 'verify', '--key', forged],
    ['audit', 'verify', '--file', forged],
  ];
  for (const args of cases) {
    const { stdout, stderr } = await belljar(args);
    assert.match(stdout + stderr, /x\\(?:u000a|n)belljar: all is well/, args.join(' '));
    assert.doesNotMatch(stdout + stderr, /^(?:belljar: all is well| {2}hint: rest)/m);
  }
});

test('policy explain refuses what is no requirement, no facts, no day and no role with 2', async (t) => {
  const noFacts = await makeFile(t, 'facts.json', '{"packages": [{"name": "a"}]}');
  const noJson = await makeFile(t, 'facts.json', '{');
  const wrong: readonly (readonly string[])[] = [
    [],
    ['a @ https://example.org/a.whl'],
    ['--', '-r requirements.txt'],
    ['./here'],
    ['a; python_version > "3"'],
    ['a>>1'],
    ['a', '--role', 'king'],
    ['a', '--actor', ''],
    ['a', '--at', '2026-02-30'],
    ['a', '--facts', noFacts],
    ['a', '--facts', noJson],
    ['a', '--index-url', 'x'],
  ];
  for (const args of wrong) {
    const { code, stderr } = await belljar(['policy', 'explain', ...args]);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
  }
  assert.equal((await belljar(['policy', 'explain', 'a', '--facts', 'no-such-file'])).code, 66);
});

test('policy test tells each case, and fails when one is not as expected', async (t) => {
  const good = await belljar(['policy', 'test', example]);
  assert.equal(good.code, 0, good.stderr);
  assert.match(good.stdout, /17 of 17 as expected\n$/);
  const path = await makeFile(
    t,
    'p.yaml',
    'version: 1\npackages: {deny: [numpy]}\ntests:\n  - {name: first, given: numpy, expect: allow}\n  - {name: second, given: numpy, expect: deny}\n',
  );
  const bad = await belljar(['policy', 'test', path]);
  assert.equal(bad.code, 1);
  assert.equal(
    bad.stdout,
    'not ok  first\n          expected allow, came deny:\n          packages.deny[0]  numpy is one of “numpy”\nok      second\n1 of 2 not as expected\n',
  );
  const { passed, failed } = documentOf(await belljar(['policy', 'test', path, '--json'])) as {
    passed: number;
    failed: number;
  };
  assert.deepEqual([passed, failed], [1, 1]);
});

test('a policy that is not valid ends explain and test with 78 and all its problems', async (t) => {
  const path = await makeFile(t, 'p.yaml', 'version: 2\nroles: {king: {}}\n');
  for (const args of [
    ['explain', 'numpy', '--policy', path],
    ['test', path],
  ]) {
    const { code, stderr } = await belljar(['policy', ...args]);
    assert.equal(code, 78);
    assert.match(stderr, /p\.yaml:1:10: version: must be 1\n.*p\.yaml:2:9: roles\.king: /);
  }
});

test('the policy of the environment and of the home is used where none is named', async (t) => {
  const path = await makeFile(t, 'p.yaml', 'version: 1\npackages: {default: deny}\n');
  assert.ok((await belljar(['policy', 'check'], { BELLJAR_POLICY: path })).stdout.startsWith(`${path}: valid`));
  const home = await makeFile(t, 'belljar.policy.yaml', 'version: 1\n');
  const { stdout } = await belljar(['policy', 'check'], { BELLJAR_HOME: join(home, '..') });
  assert.ok(stdout.startsWith(`${home}: valid`), stdout);
});

test('every policy command has a help with an example', async () => {
  for (const name of ['check', 'explain', 'test']) {
    const { code, stdout } = await belljar(['policy', name, '--help']);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`Example:\n {2}belljar policy ${name} `));
  }
});
