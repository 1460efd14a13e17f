import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import { finish, TestCli } from '../support/cli.ts';
import { PackageIndex } from '../support/package-index.ts';
import { bubblewrap, needs, python } from '../support/prerequisite.ts';
import { makeWheel } from '../support/wheels.ts';

const policy = `version: 1
packages:
  advisories: { maximumAge: 5000d }
  deny: [{ package: acme-bad, because: it is not ours }]
`;

interface Opened {
  readonly origin: string;
  readonly indexUrl: string;
  readonly refusalsUrl: string;
}

async function makeIndex(context: TestContext): Promise<PackageIndex> {
  const index = await PackageIndex.open();
  context.after(() => index[Symbol.asyncDispose]());
  for (const name of ['acme-good', 'acme-bad', 'acme-hostile']) {
    const wheel = makeWheel({
      name,
      headers: ['License-Expression: MIT'],
      ...(name === 'acme-hostile' ? { record: 'nothing' } : {}),
    });
    index.setProject({ name, files: [{ file: wheel, uploadTime: '2024-01-01T00:00:00Z' }] });
  }
  return index;
}

async function openGate(
  cli: TestCli,
  { context, args = [], env }: { context: TestContext; args?: string[]; env: NodeJS.ProcessEnv },
): Promise<{ opened: Opened; child: ChildProcess }> {
  await mkdir(cli.home, { recursive: true, mode: 0o700 });
  await writeFile(join(cli.home, 'belljar.policy.yaml'), policy, { mode: 0o600 });
  const child = cli.start(['gate', '--port', '0', '--json', ...args], env);
  child.stdin?.end();
  context.after(() => child.kill('SIGKILL'));
  const text = await new Promise<string>((resolve) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.trimEnd().endsWith('}')) resolve(said);
    });
    child.once('close', () => resolve(''));
  });
  assert.notEqual(text, '', 'the gate did not open');
  return { opened: JSON.parse(text) as Opened, child };
}

/** Reads what a gate says to its operator until it has said this. */
async function waitForNotice({ stderr }: ChildProcess, wanted: RegExp): Promise<void> {
  let said = '';
  for await (const chunk of stderr?.iterator({ destroyOnReturn: false }) ?? []) {
    said += String(chunk);
    if (wanted.test(said)) return;
  }
  assert.fail(`the gate ended without a word of it: ${said}`);
}

async function listLinks(indexUrl: string, name: string): Promise<string[]> {
  const page = `${indexUrl}${name}/`;
  const html = await (await fetch(page)).text();
  return [...html.matchAll(/href="([^"#]+)/g)].map(([, href = '']) => new URL(href, page).href);
}

test(
  'belljar gate serves what the policy allows, opens wheels first, and tells what it refused',
  needs(python, bubblewrap),
  async (context) => {
    using cli = new TestCli();
    const index = await makeIndex(context);
    const { opened, child } = await openGate(cli, { context, env: { PIP_INDEX_URL: index.url } });
    const [good = ''] = await listLinks(opened.indexUrl, 'acme-good');
    const served = await fetch(good);
    assert.equal(served.status, 200, await served.clone().text());
    assert.equal((await served.bytes()).length > 100, true);
    assert.deepEqual(await listLinks(opened.indexUrl, 'acme-bad'), []);
    const [hostile = ''] = await listLinks(opened.indexUrl, 'acme-hostile');
    assert.equal((await fetch(hostile)).status, 403);

    const { stdout } = await cli.run(['gate', 'refusals']);
    assert.match(stdout, /acme-bad 1\.0: denied\n.*it is not ours \[packages\.deny\[0\]\]/);
    assert.match(stdout, /acme_hostile-1\.0-py3-none-any\.whl: denied\n.*\[wheel\.record\]/);
    assert.equal((await cli.run(['gate', 'refusals', opened.indexUrl])).stdout, stdout);
    const { refusals } = JSON.parse((await cli.run(['gate', 'refusals', '--json'])).stdout) as { refusals: unknown[] };
    assert.equal(refusals.length, 2);

    await writeFile(join(cli.home, 'belljar.policy.yaml'), 'version: 99\n', { mode: 0o600 });
    await waitForNotice(child, /the policy is broken, and the one before it stays in force: /);

    const token = /\/t\/([^/]+)\//.exec(opened.indexUrl)?.[1] ?? '';
    child.kill('SIGINT');
    const { code } = await finish(child);
    assert.equal(code, 0);
    const actions = (await cli.entries()).map(({ action, verdict, subject }) => [action, verdict, subject]);
    for (const entry of [
      ['gate.served', 'allow', 'acme-good 1.0'],
      ['policy.broken', null, null],
      ['gate.refused', 'deny', 'acme-bad'],
      ['gate.refused', 'deny', 'acme-hostile 1.0'],
    ]) {
      assert.ok(
        actions.some((each) => JSON.stringify(each) === JSON.stringify(entry)),
        JSON.stringify([entry, actions]),
      );
    }
    assert.doesNotMatch(JSON.stringify(await cli.entries()), new RegExp(token));
    const after = await cli.run(['gate', 'refusals']);
    assert.deepEqual([after.code, after.stdout], [69, '']);
  },
);

test(
  'belljar gate token gives clients tokens that hold across gates, until they are revoked',
  needs(python, bubblewrap),
  async (context) => {
    using cli = new TestCli();
    const env = { PIP_INDEX_URL: (await makeIndex(context)).url };
    const made = JSON.parse((await cli.run(['gate', 'token', 'ci', '--json'])).stdout) as { token: string };
    assert.doesNotMatch(await readFile(join(cli.home, 'gate/clients/ci.json'), 'utf8'), new RegExp(made.token));
    assert.match((await cli.run(['gate', 'token'])).stdout, /^ci +strict/);
    const { opened, child } = await openGate(cli, { context, env });
    const url = `${opened.origin}/t/${made.token}/simple/acme-good/`;
    assert.equal((await fetch(url)).status, 200);
    const basic = Buffer.from(`any:${made.token}`).toString('base64');
    const answer = await fetch(`${opened.origin}/simple/acme-good/`, { headers: { authorization: `Basic ${basic}` } });
    assert.equal(answer.status, 200);
    assert.equal((await cli.run(['gate', 'token', 'ci', '--revoke'])).code, 0);
    let status = 200;
    for (const until = Date.now() + 20_000; status === 200 && Date.now() < until;) status = (await fetch(url)).status;
    assert.equal(status, 403);
    assert.equal((await cli.run(['gate', 'token', 'ci', '--revoke'])).code, 1);
    child.kill('SIGTERM');
    assert.equal((await finish(child)).code, 0);
  },
);

test(
  'belljar gate refuses addresses that others can reach, ports that are taken, and tokens that are guessed',
  needs(python),
  async (context) => {
    using cli = new TestCli();
    const env = { PIP_INDEX_URL: (await makeIndex(context)).url };
    const open = await cli.run(['gate', '--host', '0.0.0.0'], { env });
    assert.deepEqual([open.code, /--open-to-network/.test(open.stderr)], [2, true], open.stderr);
    const guessed = await cli.run(['gate', '--token', 'secret'], { env });
    assert.deepEqual([guessed.code, /at least 20/.test(guessed.stderr)], [2, true], guessed.stderr);
    const port = new URL(env.PIP_INDEX_URL).port;
    const taken = await cli.run(['gate', '--port', port], { env });
    assert.deepEqual([taken.code, /EADDRINUSE/.test(taken.stderr)], [69, true], taken.stderr);
    for (const args of [['--port', 'x'], ['--view', 'unfiltered'], ['surplus']]) {
      assert.equal((await cli.run(['gate', ...args], { env })).code, 2, args.join(' '));
    }
  },
);

test(
  'belljar gate is reached at every address that it prints, and by the names it was given, on the port that it got',
  needs(python, bubblewrap),
  async (context) => {
    using cli = new TestCli();
    const env = { PIP_INDEX_URL: (await makeIndex(context)).url };
    const args = ['--host', '127.0.0.2', '--name', 'Gate.Example'];
    const { opened, child } = await openGate(cli, { context, args, env });
    const { host, port, pathname } = new URL(opened.indexUrl);
    assert.equal(host, `127.0.0.2:${port}`);
    const ask = async (named: string): Promise<number | undefined> => {
      const asked = get({ host: '127.0.0.2', port, path: `${pathname}acme-good/`, headers: { host: named } });
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    for (const named of [host, `gate.example:${port}`, 'gate.example']) assert.equal(await ask(named), 200, named);
    for (const named of [`other.example:${port}`, 'gate.example:1']) assert.equal(await ask(named), 421, named);
    child.kill('SIGTERM');
    assert.equal((await finish(child)).code, 0);
  },
);

test('belljar gate fetches advisories, and says so where it cannot', needs(python), async (context) => {
  using cli = new TestCli();
  const server = createServer((_, response) => response.writeHead(503).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/all.zip`;
  const env = { PIP_INDEX_URL: (await makeIndex(context)).url, BELLJAR_ADVISORIES_URL: url };
  const { child } = await openGate(cli, { context, env });
  const said = new Promise<string>((resolve) =>
    child.stderr?.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  );
  assert.match(
    await said,
    /^belljar: advisories cannot be fetched from http:.*: it answers 503; those of .* stay in force/,
  );
  child.kill('SIGINT');
  assert.equal((await finish(child)).code, 0);
  const failed = (await cli.entries()).find(({ action }) => action === 'advisories.update-failed');
  assert.equal(failed?.['subject'], url);
});
