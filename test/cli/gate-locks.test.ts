import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { uvFile, uvWheel } from '../packages/uv.ts';
import { TestCli } from '../support/cli.ts';
import { PackageIndex } from '../support/package-index.ts';
import { bubblewrap, needs, type Prerequisite, python, root } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeWheel } from '../support/wheels.ts';

const policy = `version: 1
packages:
  advisories: {maximumAge: 36500d}
  ask: [asked]
`;
const pip: Prerequisite = { what: 'pip', holds: spawnSync('python3', ['-m', 'pip', '--version']).status === 0 };

interface Planned {
  readonly lock: { readonly digest: string };
  readonly packages: readonly { readonly name: string; readonly version: string; readonly sha256: string }[];
  readonly approval?: { readonly id: string };
}

async function makeIndex(context: TestContext): Promise<PackageIndex> {
  const index = await PackageIndex.open();
  context.after(() => index[Symbol.asyncDispose]());
  index.setProject({ name: 'uv', files: [{ file: uvFile() }] });
  const projects = { app: ['1.0'], asked: ['1.0'], dep: ['1.0', '2.0'], other: ['1.0'] };
  for (const [name, versions] of Object.entries(projects)) {
    const requires = name === 'app' ? ['dep'] : [];
    const files = versions.map((version) => ({
      file: makeWheel({ name, version, requires, headers: ['License-Expression: MIT'] }),
      uploadTime: '2020-01-01T00:00:00Z',
    }));
    index.setProject({ name, files });
  }
  return index;
}

/** A home with a policy, a gate that is open on it, and pip. */
async function open(context: TestContext) {
  const cli = new TestCli();
  context.after(() => cli[Symbol.dispose]());
  await mkdir(cli.home, { recursive: true, mode: 0o700 });
  await writeFile(join(cli.home, 'belljar.policy.yaml'), policy, { mode: 0o600 });
  const env = { PIP_INDEX_URL: (await makeIndex(context)).url, BELLJAR_ADVISORIES_URL: '' };
  const child = cli.start(['gate', '--port', '0', '--json'], env);
  context.after(() => child.kill('SIGKILL'));
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.trimEnd().endsWith('}')) resolve((JSON.parse(said) as { indexUrl: string }).indexUrl);
    });
    child.once('close', () => reject(new Error('the gate did not open')));
  });
  return {
    url,
    urlOf: ({ lock }: Planned) => url.replace(/simple\/$/, `lock/${lock.digest}/simple/`),
    call: (...args: readonly string[]) => cli.run(args, { env }),
    plan: async (...args: readonly string[]): Promise<Planned> => {
      const { stdout, stderr } = await cli.run(['plan', ...args, '--json'], { env });
      assert.notEqual(stdout, '', stderr);
      return JSON.parse(stdout) as Planned;
    },
  };
}

/** Installs by hashes; resolves to what is there then. */
async function install(context: TestContext, url: string, packages: Planned['packages']): Promise<string[]> {
  const folder = await temporaryFolder(context);
  const [wish, target] = [join(folder, 'requirements.txt'), join(folder, 'target')];
  await writeFile(
    wish,
    packages.map(({ name, version, sha256 }) => `${name}==${version} --hash=sha256:${sha256}\n`).join(''),
  );
  const args = ['-m', 'pip', '--isolated', 'install', '--no-cache-dir', '--retries', '0', '--require-hashes'];
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:PIP_|.*_proxy$)/i.test(name));
  const env = { ...Object.fromEntries(kept), PIP_CONFIG_FILE: '/dev/null', NO_PROXY: '*' };
  await new Promise((resolve) => {
    execFile('python3', [...args, '--index-url', url, '--target', target, '-r', wish], { env }, resolve);
  });
  const found = await readdir(target).catch(() => []);
  return found.flatMap((name) => /^(.+)\.dist-info$/.exec(name)?.[1] ?? []).sort();
}

async function list(url: string, name: string): Promise<string[]> {
  const html = await (await fetch(`${url}${name}/`)).text();
  return [...html.matchAll(/>([^<>]+\.whl)</g)].map(([, filename = '']) => filename);
}

describe('the gate below /lock/', needs(root, bubblewrap, python, pip, uvWheel), () => {
  it('gives pip exactly the files that a plan came to', async (context) => {
    const { plan, url, urlOf } = await open(context);
    const planned = await plan('app');
    assert.deepEqual(await install(context, urlOf(planned), planned.packages), ['app-1.0', 'dep-2.0']);
    assert.deepEqual(await list(urlOf(planned), 'dep'), ['dep-2.0-py3-none-any.whl']);
    assert.deepEqual(await list(url, 'dep'), ['dep-1.0-py3-none-any.whl', 'dep-2.0-py3-none-any.whl']);
    assert.deepEqual(await list(urlOf(planned), 'other'), []);
    const old = await plan('dep<2');
    assert.deepEqual(await install(context, urlOf(planned), old.packages), [], 'an allowed file of another lock');
    assert.deepEqual(await install(context, urlOf(old), old.packages), ['dep-1.0']);
    const unknown = url.replace(/simple\/$/, `lock/${'0'.repeat(64)}/simple/dep/`);
    assert.equal((await fetch(unknown)).status, 404);
  });

  it('is closed for what the policy asks about, until somebody agrees, and as long as that holds', async (context) => {
    const { plan, url, urlOf, call } = await open(context);
    const planned = await plan('asked', '--ask', 'our reports need it');
    const lockUrl = urlOf(planned);
    assert.deepEqual(await install(context, lockUrl, planned.packages), []);
    const id = planned.approval?.id ?? '';
    assert.equal((await call('approvals', 'approve', id, '--reason', 'reviewed')).code, 0);
    assert.deepEqual(await install(context, lockUrl, planned.packages), ['asked-1.0']);
    assert.deepEqual(await list(url, 'asked'), [], 'agreed to as this lock, and as nothing else');
    assert.equal((await call('approvals', 'revoke', id, '--reason', 'it was sold', '--role', 'owner')).code, 77);
    assert.equal((await call('approvals', 'revoke', id, '--reason', 'it was sold')).code, 0);
    assert.deepEqual(await install(context, lockUrl, planned.packages), []);

    const again = (await plan('asked', '--ask', 'still')).approval?.id ?? '';
    assert.notEqual(again, id);
    assert.equal((await call('approvals', 'approve', again, '--reason', 'for today', '--for', '5s')).code, 0);
    let shown = await list(lockUrl, 'asked');
    assert.deepEqual(shown, ['asked-1.0-py3-none-any.whl']);
    for (const until = Date.now() + 60_000; shown.length > 0 && Date.now() < until;)
      shown = await list(lockUrl, 'asked');
    assert.deepEqual(shown, [], 'its time is over');
  });
});
