import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';

import { Belljar, type Session } from '../../src/belljar.ts';
import {
  type EnvironmentLease,
  type PythonBuild,
  type Shelf,
  assemble,
  findInterpreter,
} from '../../src/environments/index.ts';
import type { KeptPlan } from '../../src/packages/index.ts';
import { ProcessBackend, type Protection } from '../../src/sandbox/index.ts';
import { openSandbox, Session as PlainSession } from '../../src/sessions/index.ts';
import { roomyLimits, runInSession } from '../support/glass.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { specOf } from '../support/shelf.ts';
import { unpackMade } from '../support/unpacked-wheels.ts';
import type { WheelDescription } from '../support/wheels.ts';

const asker = { actor: { id: 'ada', kind: 'user' }, role: 'owner' } as const;

const acme: WheelDescription = {
  name: 'acme',
  files: {
    'acme/__init__.py': 'version = "1.0"\ndef main():\n    import sys\n    print("tool", version, sys.prefix)\n',
    'started.pth': 'import os; os.environ["STARTED_IN"] = str(os.getpid())\n',
    'sitecustomize.py': 'import builtins; builtins.customised = True\n',
  },
  entryPoints: '[console_scripts]\nacme-tool = acme:main\n',
};
const newerAcme: WheelDescription = {
  name: 'acme',
  version: '2.0',
  files: { 'acme/__init__.py': 'version = "2.0"\n' },
};

interface House {
  readonly belljar: Belljar;
  readonly shelf: Shelf;
  readonly python: PythonBuild;
  readonly make: (name: string, wheel: WheelDescription) => Promise<EnvironmentLease>;
  readonly open: (environment?: string) => Promise<Session>;
}

/** Not below /tmp, which is another folder inside even where the host's are shown. */
async function openHouse(context: TestContext, build?: PythonBuild): Promise<House> {
  const folder = await mkdtemp('/var/tmp/belljar-test-');
  const opened = new AsyncDisposableStack();
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  context.after(() => opened.disposeAsync());
  await chmod(folder, 0o711);
  const belljar = opened.use(await Belljar.open({ home: join(folder, 'home') }));
  const shelf = await belljar.environments.shelf();
  const pythons = await belljar.environments.pythons();
  const chosen = build ?? (await pythons.list())[0];
  assert.ok(chosen);
  return {
    belljar,
    shelf,
    python: chosen,
    make: async (name, description) => {
      const wheel = unpackMade(join(folder, `wheels-${name}`), description, chosen.executable);
      const wheels = [{ wheel, bytecode: undefined, isRequested: true }];
      const spec = specOf(name.repeat(64), { python: chosen });
      await belljar.packages.plans.keep(planOf(spec.lock));
      return opened.use(await shelf.obtain(spec, (tree) => assemble({ wheels, python: chosen, folder: tree })));
    },
    open: async (environment) => {
      const session = await belljar.sessions.open({ ...asker, environment });
      opened.defer(() => session.close());
      return session;
    },
  };
}

/** What the environment is judged by when it is named: nothing speaks against it. */
function planOf(lock: string): KeptPlan {
  const [time, facts] = [new Date().toISOString(), { packages: [] }];
  return {
    ...asker,
    ...{ id: lock, time, workspace: null, lock, verdict: 'allow', requirements: [], facts, policyHash: '' },
  };
}

const lookAround = `
import importlib.metadata, json, os, subprocess, sys, sysconfig
import acme
def run(*command): return subprocess.run(command, capture_output=True, text=True).stdout.strip()
said = {
  "version": acme.version, "file": acme.__file__, "prefix": sys.prefix, "isVirtual": sys.prefix != sys.base_prefix,
  "executable": sys.executable, "distribution": importlib.metadata.version("acme"),
  "purelib": sysconfig.get_path("purelib"), "scripts": sysconfig.get_path("scripts"),
  "virtualEnv": os.environ["VIRTUAL_ENV"],
  "child": run(sys.executable, "-c", "import acme, sys; print(acme.version, sys.prefix)"),
  "tool": run("acme-tool"), "python": run("python", "-c", "import acme; print(acme.version)"),
  "startedHere": os.environ.get("STARTED_IN") == str(os.getpid()), "isCustomised": customised,
  "path": [path for path in sys.path if "-packages" in path],
}
`;

function expected(version: string): Record<string, unknown> {
  const place = '/belljar/environment';
  const site = `${place}/lib/python${version.split('.').slice(0, 2).join('.')}/site-packages`;
  return {
    version: '1.0',
    file: `${site}/acme/__init__.py`,
    prefix: place,
    isVirtual: true,
    executable: `${place}/bin/python`,
    distribution: '1.0',
    purelib: site,
    scripts: `${place}/bin`,
    virtualEnv: place,
    child: `1.0 ${place}`,
    tool: `tool 1.0 ${place}`,
    python: '1.0',
    startedHere: true,
    isCustomised: true,
    path: [site],
  };
}

describe('a session with an environment', needs(bubblewrap, python), () => {
  it('has its packages, programs and Python as if it were activated, in cells and in scripts', async (context) => {
    const { make, open, python: build } = await openHouse(context);
    const { environment } = await make('a', acme);
    const session = await open(environment.key);
    assert.deepEqual(await session.call(`${lookAround}\nsaid`, {}), expected(build.version));
    const { stdout, stderr } = await runInSession(session, `${lookAround}\nprint(json.dumps(said))`);
    assert.equal(stderr, '');
    assert.deepEqual(JSON.parse(stdout), expected(build.version));
  });

  it('has nothing of another’s, which may have another version at the same time', async (context) => {
    const { make, open } = await openHouse(context);
    const one = await make('a', acme);
    const other = await make('b', newerAcme);
    const sessions = [await open(one.environment.key), await open(other.environment.key), await open()];
    const code = 'try:\n  import acme\n  seen = acme.version\nexcept ImportError:\n  seen = "none"\nseen';
    assert.deepEqual(await Promise.all(sessions.map((session) => session.call(code, {}))), ['1.0', '2.0', 'none']);
  });

  it('has the plain interpreter where it was opened without', async (context) => {
    const { open } = await openHouse(context);
    const session = await open();
    const code = 'import os, sys; [sys.prefix == sys.base_prefix, "VIRTUAL_ENV" in os.environ, os.environ["PATH"]]';
    assert.deepEqual(await session.call(code, {}), [true, false, '/belljar/runner/bin:/usr/bin:/bin']);
  });

  it('keeps its environment on the shelf while it lasts, and tells the record which it was', async (context) => {
    const { belljar, shelf, make, open } = await openHouse(context);
    const lease = await make('a', acme);
    const { key } = lease.environment;
    const session = await open(key);
    lease[Symbol.dispose]();
    assert.deepEqual((await shelf.collect({ maxBytes: 0 })).removed, []);
    await session.run('import acme').result;
    await session.close();
    const [start] = await belljar.record.tail({ action: 'run.start', limit: 1 });
    assert.equal(start?.details['environmentKey'], key);
    const { removed } = await shelf.collect({ maxBytes: 0 });
    assert.deepEqual(
      removed.map(({ name }) => name),
      [key],
    );
    await assert.rejects(open(key), { code: 'ENVIRONMENT_MISSING' });
    const [failed] = await belljar.record.tail({ action: 'run.failed', limit: 1 });
    assert.equal(failed?.details['code'], 'ENVIRONMENT_MISSING');
  });

  it('refuses a key that is none', async (context) => {
    const { open } = await openHouse(context);
    await assert.rejects(open('../../etc'), { code: 'USAGE' });
  });
});

const attack = (paths: readonly string[]): string => `
import os
for path in ${JSON.stringify(paths)}:
    for what, work in (("read", lambda: open(path).read()), ("write", lambda: open(path, "a").write("x")),
                       ("make", lambda: open(path + ".new", "w").close()), ("chmod", lambda: os.chmod(path, 0o777)),
                       ("rename", lambda: os.rename(path, path + ".old"))):
        try:
            work()
            print(what)
        except OSError:
            pass
`;

interface Staged {
  readonly house: House;
  readonly own: EnvironmentLease;
}

describe('the glass around environments', needs(bubblewrap, python, root), () => {
  async function attempt({ house, own }: Staged, paths: readonly string[], ...lifted: readonly Protection[]) {
    const { findBundle } = house.belljar.environments;
    const backend = new ProcessBackend({}, { lifted, findBundle });
    const { executable } = house.python;
    const options = { executable, environment: own.environment.key, limits: roomyLimits, require: [] };
    await using session = await PlainSession.over(await openSandbox(backend, options), roomyLimits);
    const { stdout } = await runInSession(session, attack(paths));
    return stdout.split('\n').filter((line) => line !== '');
  }

  it('lets its files be read, and nothing of them be changed', async (context) => {
    const house = await openHouse(context, await findInterpreter());
    const own = await make(house);
    const inside = `/belljar/environment/lib/python${minorOf(house.python)}/site-packages/acme/__init__.py`;
    assert.deepEqual(await attempt({ house, own }, [inside]), ['read']);
    const outside = own.folder + inside.slice('/belljar/environment'.length);
    const control = await attempt({ house, own }, [outside], 'private-root', 'dropped-privileges');
    assert.deepEqual(control, ['read', 'write', 'make', 'chmod', 'rename']);
  });

  it('hides the others, and the stores that they are made of', async (context) => {
    const house = await openHouse(context, await findInterpreter());
    const own = await make(house);
    const other = await house.make('b', acme);
    const secret = join(house.shelf.folder, 'stored');
    await writeFile(secret, 'of the store', { mode: 0o444 });
    const hidden = [join(other.folder, 'pyvenv.cfg'), secret];
    assert.deepEqual(await attempt({ house, own }, hidden), []);
    const control = await attempt({ house, own }, hidden, 'private-root');
    assert.deepEqual(control, ['read', 'read']);
  });

  function make(house: House): Promise<EnvironmentLease> {
    return house.make('a', acme);
  }
});

function minorOf({ version }: PythonBuild): string {
  return version.split('.').slice(0, 2).join('.');
}
