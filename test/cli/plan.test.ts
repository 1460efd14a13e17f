import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { cacheFolder } from '../../src/storage/index.ts';
import { affectedBy, osvRecord, writeDump } from '../advisories/dumps.ts';
import { placeUv, uvWheel } from '../packages/uv.ts';
import { type CliResult, TestCli } from '../support/cli.ts';
import { PackageIndex } from '../support/package-index.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeWheel } from '../support/wheels.ts';

const mit = ['License-Expression: MIT'];

interface Desk {
  readonly cli: TestCli;
  readonly folder: string;
  /** Runs it with the policy of the test, whose advisories may be of any age. */
  readonly run: (...args: readonly string[]) => Promise<CliResult>;
  /** The same for another command. */
  readonly call: (...args: readonly string[]) => Promise<CliResult>;
}

async function open(context: TestContext, packages = ''): Promise<Desk> {
  const folder = await temporaryFolder(context);
  const cli = new TestCli();
  await placeUv(cacheFolder(cli.home));
  const index = await PackageIndex.open();
  context.after(async () => {
    cli[Symbol.dispose]();
    await index[Symbol.asyncDispose]();
  });
  const uploadTime = '2020-01-01T00:00:00Z';
  const dep = ['1.0', '2.0'].map((version) => ({
    file: makeWheel({ name: 'dep', version, headers: mit }),
    uploadTime,
  }));
  index.setProject({ name: 'dep', files: dep });
  index.setProject({
    name: 'app',
    files: [{ file: makeWheel({ name: 'app', requires: ['dep'], headers: mit }), uploadTime }],
  });
  const policy = join(folder, 'policy.yaml');
  await writeFile(policy, `version: 1\npackages:\n  advisories: {maximumAge: 36500d}\n${packages}`, { mode: 0o600 });
  const env = { PIP_INDEX_URL: index.url, BELLJAR_POLICY: policy };
  return {
    cli,
    folder,
    run: (...args) => cli.run(['plan', ...args], { env }),
    call: (...args) => cli.run(args, { env }),
  };
}

describe('belljar plan', needs(root, bubblewrap, python, uvWheel), () => {
  it('prints the whole tree with verdicts, licences, sizes and ages, and ends with 0 where all is allowed', async (context) => {
    const { run } = await open(context);
    const { code, stdout, stderr } = await run('app');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^allow: 2 packages, .* to download, 2 still to be opened/);
    assert.match(stdout, /^allow +dep +2\.0 +MIT .* for app$/m);
    assert.match(stdout, /^lock [0-9a-f]{64} for python 3/m);
  });

  it('says as JSON what the verdict is and why, and ends with 77 where the policy leaves no way', async (context) => {
    const { run } = await open(context, '  deny: [dep]\n');
    const { code, stdout } = await run('app', '--json');
    assert.equal(code, 77);
    const { verdict, packages, obstacle } = JSON.parse(stdout) as Record<string, never> & {
      packages: { name: string; version: string; verdict: string; reasons: { rule: string; path: string[] }[] }[];
    };
    assert.equal(verdict, 'deny');
    assert.notEqual(obstacle, undefined);
    const denied = packages.find(({ name }) => name === 'dep');
    assert.deepEqual([denied?.version, denied?.verdict], ['2.0', 'deny']);
    assert.deepEqual([denied?.reasons[0]?.rule, denied?.reasons[0]?.path], ['packages.deny[0]', ['app', 'dep']]);
  });

  it('tells what was held back, and ends with 76 where somebody has to be asked', async (context) => {
    const held = await (await open(context, '  deny: [dep>=2]\n')).run('app');
    assert.equal(held.code, 0, held.stderr);
    assert.match(held.stdout, /held back by the policy\n {2}dep 2\.0: deny, packages\.deny\[0\]/);
    const asked = await (await open(context, '  ask: [dep]\n')).run('app');
    assert.equal(asked.code, 76, asked.stderr);
    assert.match(asked.stdout, /^ask: 2 packages, 1 to be asked for/);
  });

  it('reads files, and writes a lock that is a wish again', async (context) => {
    const { run, folder } = await open(context);
    const [wish, lock] = [join(folder, 'requirements.txt'), join(folder, 'pylock.toml')];
    await writeFile(wish, '# what we need\napp==1.0\ndep<2  # for now\n');
    assert.equal((await run('-r', wish, '--lock', lock)).code, 0);
    assert.match(readFileSync(lock, 'utf8'), /name = "dep"\nversion = "1\.0"/);
    const again = await run('-r', lock, '--json');
    assert.equal(again.code, 0, again.stderr);
    const { packages } = JSON.parse(again.stdout) as { packages: { name: string; version: string }[] };
    assert.deepEqual(
      packages.map(({ name, version }) => `${name} ${version}`),
      ['app 1.0', 'dep 1.0'],
    );
  });

  it('writes no lock of what is denied, and says so', async (context) => {
    const { run, folder } = await open(context, '  limits: {packages: 1}\n');
    const lock = join(folder, 'pylock.toml');
    const denied = await run('app', '--lock', lock);
    assert.equal(denied.code, 77, denied.stderr);
    assert.match(denied.stderr, /^belljar: no lock was written to .*: the plan is denied$/m);
    assert.ok(!existsSync(lock));
    assert.equal((await run('dep', '--lock', lock)).code, 0);
    assert.ok(existsSync(lock));
  });

  it('plans a script for a Python that it takes, and refuses one that it does not', async (context) => {
    const { run, folder } = await open(context);
    const script = join(folder, 'report.py');
    await writeFile(script, '# /// script\n# requires-python = "==3.13.*"\n# dependencies = ["app"]\n# ///\nprint()\n');
    const planned = await run('-r', script, '--json');
    assert.equal(planned.code, 0, planned.stderr);
    assert.match((JSON.parse(planned.stdout) as { target: string }).target, /^python 3\.13/);
    const refused = await run('-r', script, '--target-python', '3.12');
    assert.equal(refused.code, 65);
    assert.match(refused.stderr, /report\.py needs Python ==3\.13\.\*; the target is Python 3\.12/);
  });

  it('plans the lists of a pyproject.toml that are asked for', async (context) => {
    const { run, folder } = await open(context);
    const file = join(folder, 'pyproject.toml');
    await writeFile(
      file,
      '[project]\nname = "x"\ndependencies = []\n[project.optional-dependencies]\nall = ["dep<2"]\n[dependency-groups]\ndev = ["dep"]\n',
    );
    const names = async (...words: string[]): Promise<string[]> => {
      const { stdout, stderr } = await run('-r', file, ...words, '--json');
      assert.notEqual(stdout, '', stderr);
      return (JSON.parse(stdout) as { packages: { name: string; version: string }[] }).packages.map(
        ({ name, version }) => `${name} ${version}`,
      );
    };
    assert.deepEqual(await names(), []);
    assert.deepEqual(await names('--extra', 'all'), ['dep 1.0']);
    assert.deepEqual(await names('--group', 'dev'), ['dep 2.0']);
    assert.equal((await run('-r', file, '--extra', 'none')).code, 65);
    assert.equal((await run('app', '--extra', 'all')).code, 2);
  });

  it('says what is wrong with a wish without speaking of the policy', async (context) => {
    const { run } = await open(context);
    const { code, stdout } = await run('dep>99');
    assert.equal(code, 77);
    assert.match(stdout, /there is no solution:\n {2}there is no dep>99: the newest there is is 2\.0\n/);
    assert.doesNotMatch(stdout, /policy/);
  });

  it('refuses two files that pin one version to different files, and names both places', async (context) => {
    const { run, folder } = await open(context);
    const [one, other] = [join(folder, 'one.txt'), join(folder, 'other.txt')];
    await writeFile(one, `dep==1.0 --hash=sha256:${'a'.repeat(64)}\n`);
    await writeFile(other, `# theirs\ndep==1.0 --hash=sha256:${'b'.repeat(64)}\n`);
    const { code, stderr } = await run('-r', one, '-r', other);
    assert.equal(code, 65);
    assert.match(stderr, /other\.txt:2: dep==1\.0 has other hashes than in .*one\.txt, line 1/);
    await writeFile(other, `dep==1.0.0 --hash=sha256:${'a'.repeat(64)}\n`);
    assert.notEqual((await run('-r', one, '-r', other)).code, 65);
  });

  it('refuses what it cannot read, all at once, with file and line, before an index is asked', async (context) => {
    const { run, folder } = await open(context);
    const wish = join(folder, 'requirements.txt');
    await writeFile(wish, 'app\n--index-url https://evil.example\n-e .\n');
    const { code, stderr } = await run('-r', wish);
    assert.equal(code, 65);
    assert.match(stderr, /requirements\.txt:2:/);
    assert.match(stderr, /requirements\.txt:3:/);
    assert.equal((await run()).code, 2);
    assert.equal((await run('-r', join(folder, 'none.txt'))).code, 66);
  });

  it('refuses whoever may not plan, and a Python that cannot be planned for', async (context) => {
    const { run } = await open(context);
    assert.equal((await run('app', '--role', 'viewer')).code, 77);
    assert.equal((await run('app', '--target-python', '2.7')).code, 2);
    assert.equal((await run('app', '--target-python', '3.12')).code, 0);
  });

  it('is right when several plan in one home at once, and gives one wish one lock', async (context) => {
    const { run } = await open(context);
    const wishes = ['app', 'app', 'dep<2', 'dep', 'app==1.0', 'dep<2'];
    const plans = await Promise.all(wishes.map((wish) => run(wish, '--json')));
    const found = plans.map(({ code, stdout, stderr }) => {
      assert.equal(code, 0, stderr);
      const { packages, lock } = JSON.parse(stdout) as Record<'packages', { name: string; version: string }[]> & {
        lock: { digest: string };
      };
      return { digest: lock.digest, packages: packages.map(({ name, version }) => `${name} ${version}`).join() };
    });
    assert.deepEqual(
      found.map(({ packages }) => packages),
      ['app 1.0,dep 2.0', 'app 1.0,dep 2.0', 'dep 1.0', 'dep 2.0', 'app 1.0,dep 2.0', 'dep 1.0'],
    );
    assert.equal(found[0]?.digest, found[1]?.digest);
    assert.equal(found[2]?.digest, found[5]?.digest);
  });

  it('is found on the record', async (context) => {
    const { run, cli } = await open(context);
    await run('app', '-w', 'notebook-1');
    const entry = (await cli.entries()).find(({ action }) => action === 'packages.plan');
    assert.deepEqual([entry?.['workspace'], entry?.['subject'], entry?.['verdict']], ['notebook-1', 'app', 'allow']);
  });

  it('asks an approver for one lock, and takes the answer for that lock alone', async (context) => {
    const { run, call } = await open(context, '  ask: [dep]\n');
    const asked = await run('app', '--ask', 'our reports need it', '--json');
    assert.equal(asked.code, 76, asked.stderr);
    const { approval } = JSON.parse(asked.stdout) as { approval: { id: string; state: string } };
    assert.equal(approval.state, 'open');
    const listed = await call('approvals', 'list');
    assert.match(
      listed.stdout,
      new RegExp(`^${approval.id}  open, until .*  app 1\\.0\n  asked by .*: our reports need it`),
    );
    assert.match(listed.stdout, /^ {2}dep 2\.0: packages\.ask\[0\]: /m);
    const answer = ['approvals', 'approve', approval.id, '--reason', 'reviewed'];
    assert.equal((await call(...answer, '--role', 'owner')).code, 77);
    assert.equal((await call(...answer)).code, 0);
    const again = await run('app');
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /approved by .*: reviewed; holds until/);
    assert.equal((await run('dep')).code, 76);
    assert.equal((await call('approvals', 'reject', approval.id, '--reason', 'too late')).code, 65);
    assert.match((await call('approvals', 'list')).stdout, /nothing is asked/);
  });

  it('lets another policy judge what was planned before', async (context) => {
    const { run, call, folder } = await open(context);
    assert.equal((await run('app')).code, 0);
    assert.equal((await run('app')).code, 0);
    const [was, strict] = [join(folder, 'policy.yaml'), join(folder, 'strict.yaml')];
    await writeFile(strict, `${readFileSync(was, 'utf8')}  deny: [dep]\n`);
    const different = await call('policy', 'diff', was, strict);
    assert.equal(different.code, 1, different.stderr);
    assert.match(different.stdout, /^2 plans since .*, 1 wish decided differently/);
    assert.match(different.stdout, /allow → deny {2}app\n {2}dep 2\.0: allow → deny, packages\.deny\[0\]/);
    const same = await call('policy', 'diff', was, was, '--json');
    assert.equal(same.code, 0);
    assert.deepEqual((JSON.parse(same.stdout) as { plans: number; changes: unknown[] }).changes, []);
  });

  it('is judged again when advisories are imported, and what they change is told', async (context) => {
    const { run, call, cli } = await open(context);
    assert.equal((await run('app')).code, 0);
    const severity = { database_specific: { severity: 'CRITICAL' } };
    const onDep = osvRecord('PYSEC-1', { affected: [affectedBy('dep', '3.0')], ...severity });
    const imported = await call('advisories', 'import', await writeDump(context, [onDep]), '--force');
    assert.equal(imported.code, 0, imported.stderr);
    assert.match(imported.stdout, /ALERT .*dep 2\.0 \(deny: PYSEC-1\); lock [0-9a-f]{16} is deny now/);
    const entry = (await cli.entries()).find(({ action }) => action === 'advisories.alert');
    assert.deepEqual([entry?.['subject'], entry?.['verdict']], ['dep 2.0', 'deny']);
    assert.equal((await run('app')).code, 77);
    const again = await call('advisories', 'import', await writeDump(context, [onDep]), '--json');
    assert.deepEqual((JSON.parse(again.stdout) as { alerts: unknown[] }).alerts, []);
  });
});
