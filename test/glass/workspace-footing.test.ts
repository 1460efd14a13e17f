import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import type { Belljar, Session } from '../../src/belljar.ts';
import type { PythonBuild } from '../../src/environments/index.ts';
import { normalizeName } from '../../src/policy/index.ts';
import { openHomeRecord } from '../../src/record/index.ts';
import { sql } from '../../src/storage/index.ts';
import { uvWheel } from '../packages/uv.ts';
import { importedVersion, openPackageHome, type PackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

const owner = { actor: { id: 'ada', kind: 'user' }, role: 'owner' } as const;
const otherOwner = { actor: { id: 'bob', kind: 'user' }, role: 'owner' } as const;
const collaborator = { actor: { id: 'eve', kind: 'user' }, role: 'collaborator' } as const;

const minorOf = ({ version }: Pick<PythonBuild, 'version'>): string => version.split('.', 2).join('.');

/** Of another minor version than the installation's where the machine has one. */
async function anotherPython({ environments, pythonVersion }: Belljar): Promise<PythonBuild> {
  const all = await (await environments.pythons()).list();
  const other = all.find((each) => minorOf(each) !== minorOf({ version: pythonVersion })) ?? all[0];
  assert.ok(other !== undefined);
  return other;
}

async function pythonIn(session: Session): Promise<unknown> {
  return session.call('import sys\n".".join(map(str, sys.version_info[:3]))');
}

async function setSettings({ home }: PackageHome, text: string): Promise<void> {
  await writeFile(join(home, 'belljar.settings.yaml'), `version: 1\ngate: {fresh: 0s}\n${text}`, { mode: 0o600 });
}

describe('the Python of a workspace', needs(root, bubblewrap, python, uvWheel), () => {
  it('is chosen once, and had from then on by sessions, upgrades and rollbacks', async (context) => {
    const { belljar, offer, openAnother } = await openPackageHome(context);
    offer('dep', ['1.26']);
    const other = await anotherPython(belljar);
    const workspace = belljar.workspaces.use('skill', owner);
    const { declaration } = await workspace.packages.install(['dep'], { python: minorOf(other) });
    assert.deepEqual(declaration?.asked, { python: minorOf(other) });
    assert.equal(declaration.interpreter, other.executable);
    await using session = await workspace.openSession();
    assert.deepEqual([await pythonIn(session), await importedVersion(session, 'dep')], [other.version, '1.26']);
    offer('dep', ['1.26', '2.1']);
    const later = (await openAnother()).workspaces.use('skill', owner);
    assert.equal((await later.packages.upgrade()).declaration?.python, other.version);
    const { declaration: back } = await later.packages.rollback();
    assert.deepEqual([back?.python, back?.asked, back?.number], [other.version, { python: minorOf(other) }, 3]);
    using lease = await later.packages.lease();
    assert.equal(lease?.environment.python.executable, other.executable);
  });

  it('may differ from another’s, and so may the versions, at the same time', async (context) => {
    const { belljar, offer } = await openPackageHome(context);
    offer('dep', ['1.26', '2.1']);
    const other = await anotherPython(belljar);
    const [old, young] = [belljar.workspaces.use('old', owner), belljar.workspaces.use('young', owner)];
    await old.packages.install(['dep<2'], { python: other.executable });
    await young.packages.install(['dep>=2']);
    await using first = await old.openSession();
    await using second = await young.openSession();
    assert.deepEqual(
      await Promise.all(
        [first, second].map(async (each) => [await pythonIn(each), await importedVersion(each, 'dep')]),
      ),
      [
        [other.version, '1.26'],
        [belljar.pythonVersion, '2.1'],
      ],
    );
  });

  it('is had without a single package, until the installation’s own is wanted again', async (context) => {
    const { belljar } = await openPackageHome(context);
    const other = await anotherPython(belljar);
    const workspace = belljar.workspaces.use('bare', owner);
    const { isChanged } = await workspace.packages.upgrade({ python: minorOf(other) });
    assert.equal(isChanged, true);
    await using session = await workspace.openSession();
    assert.equal(await pythonIn(session), other.version);
    const { declaration } = await workspace.packages.upgrade({ python: 'default' });
    assert.deepEqual([declaration?.asked, declaration?.environment], [{}, null]);
  });

  it('is missed where it is gone, and another can be chosen', async (context) => {
    const { belljar, home, offer } = await openPackageHome(context);
    offer('dep', ['1.0']);
    const workspace = belljar.workspaces.use('skill', owner);
    await workspace.packages.install(['dep'], { python: minorOf({ version: belljar.pythonVersion }) });
    {
      await using opened = await openHomeRecord(home);
      const gone = sql`interpreter = ${'/gone/python'}, python = ${'3.99.1'}, asked = ${'{"python":"3.99"}'}`;
      await opened.database.write(sql`update workspaces set ${gone} where name = ${'skill'}`);
    }
    const missing = { code: 'ENVIRONMENT_MISSING', message: /3\.99\.1/, hint: /--python/ };
    await assert.rejects(workspace.openSession(), missing);
    await assert.rejects(workspace.packages.upgrade(), missing);
    const { declaration } = await workspace.packages.upgrade({ python: 'default' });
    assert.equal(declaration?.python, belljar.pythonVersion);
    await assert.rejects(workspace.packages.upgrade({ python: '3.99' }), { code: 'PYTHON_NOT_FOUND' });
  });
});

describe('the base of a workspace', needs(root, bubblewrap, python, uvWheel), () => {
  const presets = 'presets:\n  small: {requirements: [stack]}\n  old: {requirements: ["dep<2"]}\n';

  it('is planned and judged with what is declared, in one flat set that says what is its', async (context) => {
    const house = await openPackageHome(context);
    const { belljar, offer, setPolicy } = house;
    await setSettings(house, presets);
    for (const name of ['stack', 'own']) offer(name, ['1.0'], name === 'stack' ? ['dep'] : []);
    offer('dep', ['1.0']);
    const workspace = belljar.workspaces.use('skill', owner);
    const { declaration, plan } = await workspace.packages.install(['own'], { base: 'small' });
    assert.deepEqual(
      plan?.packages.map(({ path }) => path),
      [['base small', 'stack', 'dep'], ['own'], ['base small', 'stack']],
    );
    assert.deepEqual([declaration?.requirements, declaration?.base], [['own'], 'small']);
    await using session = await workspace.openSession();
    assert.equal(await importedVersion(session, 'dep'), '1.0');
    await setPolicy('  deny: [dep]\n');
    await assert.rejects(workspace.packages.upgrade(), { code: 'POLICY_DENIED', message: /dep/ });
    const { declaration: bare } = await workspace.packages.upgrade({ base: 'none' });
    assert.deepEqual([bare?.base, bare?.asked], [null, { base: 'none' }]);
  });

  it('never gives way silently to what is declared against it', async (context) => {
    const house = await openPackageHome(context);
    await setSettings(house, presets);
    house.offer('dep', ['1.0', '2.0']);
    const { packages } = house.belljar.workspaces.use('skill', owner);
    await assert.rejects(packages.install(['dep>=2'], { base: 'old' }), {
      code: 'NO_SOLUTION',
      message: /no set of versions/,
    });
    assert.equal((await packages.plan(['dep>=2'], { base: 'old' })).obstacle?.kind, 'conflict');
    assert.equal((await packages.plan(['dep>=2'])).verdict, 'allow');
    await assert.rejects(packages.install(['dep'], { base: 'odl' }), { code: 'USAGE', hint: /“old”/ });
  });

  it('takes what is installed beside its Python from an index too, and says what no index has', async (context) => {
    const house = await openPackageHome(context);
    const { belljar, offer } = house;
    await setSettings(house, 'presets:\n  host: {requirements: [stack], systemSitePackages: true}\n');
    offer('stack', ['1.0']);
    const pythons = await belljar.environments.pythons();
    const installed = await pythons.listInstalled(await pythons.choose(belljar.pythonVersion));
    const names = installed
      .map(({ name }) => normalizeName(name))
      .filter((name) => !/^(pip|setuptools|wheel)$/.test(name));
    const { obstacle, packages } = await belljar.workspaces.use('skill', owner).packages.plan([], { base: 'host' });
    assert.deepEqual(
      [obstacle?.kind, packages.length],
      names.length === 0 ? [undefined, 1] : ['absent', packages.length],
    );
    for (const { name } of obstacle?.absent ?? []) assert.ok(names.includes(name), name);
  });

  it('is everybody’s where the installation says so, and is missed visibly where it cannot be', async (context) => {
    const house = await openPackageHome(context);
    const { belljar, offer, setPolicy } = house;
    await setSettings(house, `${presets}environments: {base: small}\n`);
    offer('stack', ['1.0'], ['dep']);
    offer('dep', ['1.0']);
    await using session = await belljar.workspaces.use('fresh', owner).openSession();
    assert.equal(await importedVersion(session, 'dep'), '1.0');
    await setPolicy('  deny: [dep]\n');
    await using without = await belljar.workspaces.use('later', owner).openSession();
    assert.equal(await importedVersion(without, 'dep'), null);
    await without.close();
    const told = (await Array.fromAsync(without.events())).find(({ type }) => type === 'environment');
    assert.match(told?.type === 'environment' ? told.text : '', /installation gives.*dep/);
  });
});

describe('the namespace of environments', needs(root, bubblewrap, python, uvWheel), () => {
  const cases = [
    ['installation', [true, true]],
    ['owner', [true, false]],
    ['workspace', [false, false]],
  ] as const;
  for (const [sharedBy, [withinOwner, amongOwners]] of cases) {
    it(`is shared by the ${sharedBy} where the operator says so`, async (context) => {
      const house = await openPackageHome(context);
      await setSettings(house, `environments: {sharedBy: ${sharedBy}}\n`);
      house.offer('dep', ['1.0']);
      const install = async (name: string, asker: Parameters<Belljar['workspaces']['use']>[1]): Promise<unknown> => {
        return (await house.belljar.workspaces.use(name, asker).packages.install(['dep'])).declaration?.environment;
      };
      const [one, two, strange] = [
        await install('one', owner),
        await install('two', owner),
        await install('other', otherOwner),
      ];
      assert.deepEqual([one === two, one === strange], [withinOwner, amongOwners]);
      assert.equal(await install('one', collaborator), one, 'a member has what the workspace has');
    });
  }
});
