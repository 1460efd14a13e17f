import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { type Belljar, openBelljar, type Session } from '../../src/belljar.ts';
import { cacheFolder } from '../../src/storage/index.ts';
import { placeUv, uvWheel } from '../packages/uv.ts';
import { PackageIndex } from '../support/package-index.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type BuiltFile, makeWheel } from '../support/wheels.ts';

const asker = { actor: { id: 'user-1', kind: 'user' }, role: 'owner' } as const;
const mit = ['License-Expression: MIT'];
const uploadTime = '2020-01-01T00:00:00Z';

interface House {
  readonly belljar: Belljar;
  readonly index: PackageIndex;
  readonly home: string;
  readonly setPolicy: (packages: string) => Promise<void>;
  readonly offer: (name: string, file: BuiltFile) => void;
  readonly lockOf: (...requirements: string[]) => Promise<string>;
  readonly actions: () => Promise<string[]>;
}

async function open(context: TestContext): Promise<House> {
  const opened = new AsyncDisposableStack();
  context.after(() => opened.disposeAsync()); // before its folder is removed
  const home = await temporaryFolder(context);
  await placeUv(cacheFolder(home));
  const index = opened.use(await PackageIndex.open());
  const policyFile = join(home, 'policy.yaml');
  const setPolicy = async (packages: string): Promise<void> => {
    const text = `version: 1\npackages:\n  advisories: {maximumAge: 36500d}\n${packages}`;
    await writeFile(policyFile, text, { mode: 0o600 });
  };
  await setPolicy('');
  const env = { ...process.env, PIP_INDEX_URL: index.url, BELLJAR_HOME: home };
  const belljar = opened.use(await openBelljar({ env, policyFile }));
  return {
    ...{ belljar, index, home, setPolicy },
    offer: (name, file) => index.setProject({ name, files: [{ file, uploadTime }] }),
    lockOf: async (...requirements) => {
      const { lock, verdict } = await belljar.packages.plan({ requirements, ...asker });
      assert.ok(lock !== undefined, `the verdict was ${verdict}`);
      return lock.digest;
    },
    actions: async () => {
      const actions: string[] = [];
      for await (const { action } of belljar.record.entries()) actions.push(action);
      return actions.filter((action) => action.startsWith('environment.'));
    },
  };
}

function app(): BuiltFile {
  const files = { 'app/__init__.py': 'import dep\nword = dep.word\n' };
  return makeWheel({ name: 'app', files, requires: ['dep'], headers: mit });
}

function dep(word = 'hello'): BuiltFile {
  return makeWheel({ name: 'dep', files: { 'dep/__init__.py': `word = ${JSON.stringify(word)}\n` }, headers: mit });
}

async function evaluate(session: Session, code: string): Promise<unknown> {
  const run = session.run(code);
  const events = await Array.fromAsync(run);
  const shown = events.find((event) => event.type === 'execute_result');
  return [(await run.result).outcome.status, shown?.data['text/plain']];
}

describe('acquire()', needs(root, bubblewrap, python, uvWheel), () => {
  it('builds the environment of a plan, in which a session imports what was asked for', async (context) => {
    const { belljar, offer, lockOf, actions } = await open(context);
    offer('app', app());
    offer('dep', dep());
    const phases = new Set<string>();
    const onProgress = ({ phase }: { phase: string }): void => void phases.add(phase);
    using lease = await belljar.environments.acquire({ lock: await lockOf('app'), asker, onProgress });
    assert.equal(lease.isNew, true);
    assert.deepEqual([...phases], ['fetching', 'inspecting', 'unpacking', 'compiling', 'linking']);
    await using session = await belljar.sessions.open({ ...asker, environment: lease.environment.key });
    assert.deepEqual(await evaluate(session, 'import app; app.word'), ['ok', "'hello'"]);
    assert.deepEqual(await actions(), ['environment.build', 'environment.built']);
  });

  it('leases what is there without asking any index, and builds nothing again', async (context) => {
    const { belljar, index, offer, lockOf, actions } = await open(context);
    offer('dep', dep());
    const lock = await lockOf('dep');
    (await belljar.environments.acquire({ lock, asker }))[Symbol.dispose]();
    const asked = index.requests.length;
    using lease = await belljar.environments.acquire({ lock, asker });
    assert.equal(lease.isNew, false);
    assert.equal(index.requests.length, asked);
    assert.deepEqual(await actions(), ['environment.build', 'environment.built']);
  });

  it('refuses what the policy denies today, although it is there from yesterday', async (context) => {
    const { belljar, offer, lockOf, setPolicy, actions } = await open(context);
    offer('app', app());
    offer('dep', dep());
    const lock = await lockOf('app');
    (await belljar.environments.acquire({ lock, asker }))[Symbol.dispose]();
    const changed = new Promise((resolve) => belljar.policy.once('changed', resolve));
    await setPolicy('  deny: [dep]\n');
    await changed;
    await assert.rejects(belljar.environments.acquire({ lock, asker }), { code: 'POLICY_DENIED', message: /dep/ });
    assert.deepEqual((await actions()).at(-1), 'environment.refused');
  });

  it('builds nothing for those who may not install', async (context) => {
    const { belljar, home, offer, lockOf } = await open(context);
    offer('dep', dep());
    const lock = await lockOf('dep');
    const stranger = { actor: { id: 'someone', kind: 'anonymous' }, role: 'anonymous' } as const;
    await assert.rejects(belljar.environments.acquire({ lock, asker: stranger }), { code: 'POLICY_DENIED' });
    const built = await readdir(join(home, 'environments', 'built')).catch(() => []);
    assert.deepEqual(built, []);
  });

  it('waits for an approver where the policy asks, and takes no approval of another lock', async (context) => {
    const { belljar, offer, lockOf, setPolicy } = await open(context);
    const changed = new Promise((resolve) => belljar.policy.once('changed', resolve));
    await setPolicy('  ask: [dep]\n');
    await changed;
    offer('app', app());
    offer('dep', dep());
    const [whole, alone] = [await lockOf('app'), await lockOf('dep')];
    const plan = await belljar.packages.plan({ requirements: ['dep'], ...asker });
    const asked = await belljar.packages.approvals.ask({ plan, ...asker, because: 'a test' });
    const operator = { actor: { id: 'op', kind: 'user' }, role: 'operator' } as const;
    await assert.rejects(belljar.environments.acquire({ lock: alone, asker }), { code: 'APPROVAL_NEEDED' });
    await belljar.packages.approvals.answer({ id: asked.id, answer: 'approved', ...operator, reason: 'fine' });
    using lease = await belljar.environments.acquire({ lock: alone, asker });
    assert.equal(lease.isNew, true);
    await assert.rejects(belljar.environments.acquire({ lock: whole, asker }), { code: 'APPROVAL_NEEDED' });
  });

  it('leaves nothing behind where a wheel is refused when it is opened', async (context) => {
    const { belljar, home, offer, lockOf, actions } = await open(context);
    offer('app', app());
    offer(
      'dep',
      makeWheel({ name: 'dep', record: (correct) => correct.replace('dep/__init__.py', 'dep/other.py'), headers: mit }),
    );
    const lock = await lockOf('app');
    await assert.rejects(belljar.environments.acquire({ lock, asker }), { code: 'POLICY_DENIED', message: /RECORD/ });
    assert.deepEqual(await readdir(join(home, 'environments', 'half')), []);
    assert.deepEqual(await readdir(join(home, 'environments', 'built')), []);
    assert.deepEqual(await actions(), ['environment.build', 'environment.build-failed']);
  });

  it('does not take another file by the name of the one that was planned', async (context) => {
    const { belljar, offer, lockOf } = await open(context);
    offer('dep', dep());
    const lock = await lockOf('dep');
    offer('dep', dep('goodbye'));
    await assert.rejects(belljar.environments.acquire({ lock, asker }));
  });

  it('builds for the Python that is named, where the lock is for that', async (context) => {
    const { belljar, offer } = await open(context);
    offer('dep', dep());
    const pythons = await belljar.environments.pythons();
    const [own, ...others] = await pythons.list();
    assert.ok(own !== undefined);
    for (const build of [own, ...others.filter(({ version }) => version.slice(0, 4) !== own.version.slice(0, 4))].slice(
      0,
      2,
    )) {
      const { lock } = await belljar.packages.plan({ requirements: ['dep'], ...asker, python: build });
      assert.ok(lock !== undefined);
      using lease = await belljar.environments.acquire({ lock: lock.digest, asker, python: build });
      assert.equal(lease.environment.python.executable, build.executable);
      assert.equal(await belljar.environments.has({ lock: lock.digest, asker, python: build }), true);
      await using session = await belljar.sessions.open({ ...asker, environment: lease.environment.key });
      const code = 'import dep, sys\n[dep.word, ".".join(map(str, sys.version_info[:3]))]';
      assert.deepEqual(await session.call(code), ['hello', build.version]);
    }
  });

  it('builds nothing for a Python that the lock is not for', async (context) => {
    const { belljar, offer } = await open(context);
    offer('dep', dep());
    const target = { pythonVersion: '3.15' };
    const { lock } = await belljar.packages.plan({ requirements: ['dep'], ...asker, target });
    const acquiring = belljar.environments.acquire({ lock: lock?.digest ?? '', asker });
    await assert.rejects(acquiring, { code: 'USAGE', message: /3\.15/ });
  });

  it('knows no lock that was not planned here', async (context) => {
    const { belljar } = await open(context);
    const acquiring = belljar.environments.acquire({ lock: 'f'.repeat(64), asker });
    await assert.rejects(acquiring, { code: 'LOCK_UNKNOWN' });
  });
});
