import assert from 'node:assert/strict';
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { BytecodeStore, Pythons, WheelStore } from '../../src/environments/index.ts';
import { compilerBackend } from '../../src/environments/bytecode/launch-compiler.ts';
import { BelljarError } from '../../src/errors.ts';
import { builtInTerms, type HandlingTerms, inspectionBackend, Inspector } from '../../src/packages/index.ts';
import type { Backend, CapabilityName } from '../../src/sandbox/index.ts';
import { bubblewrap, needs, python } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeWheel } from '../support/wheels.ts';

/** A backend on a machine that cannot enforce one thing. */
function without(missing: CapabilityName, backend: Backend): Backend {
  const launch: Backend['launch'] = async (spec, signal) => {
    if (!spec.require.includes(missing)) return backend.launch(spec, signal);
    throw new BelljarError('SANDBOX_CAPABILITY_MISSING', `${missing} cannot be enforced`);
  };
  const { name, files } = backend;
  return { name, files, launch, probe: () => backend.probe(), hasFiles: (workspace) => backend.hasFiles(workspace) };
}

interface Parts {
  readonly folder: string;
  readonly path: string;
  readonly filename: string;
  readonly sha256: string;
  readonly signal?: AbortSignal;
}

async function put(context: TestContext): Promise<Parts> {
  const folder = await temporaryFolder(context);
  const { filename, bytes, sha256 } = makeWheel({ name: 'acme' });
  const path = join(folder, filename);
  writeFileSync(path, bytes);
  return { folder: join(folder, 'environments'), path, filename, sha256 };
}

const missing = ['memory-limit', 'process-limit', 'wall-time-limit', 'network-off'] as const;
/** As where the operator takes it off by name. */
const takenOff = (name: CapabilityName) => (): HandlingTerms => {
  const terms = builtInTerms();
  return { ...terms, require: terms.require.filter((each) => each !== name) };
};
const isMissing = { code: 'SANDBOX_CAPABILITY_MISSING' };

describe('what opens, unpacks and compiles wheels', needs(bubblewrap, python), () => {
  for (const name of missing) {
    it(`does not start where ${name} cannot be enforced, unless that is taken off by name`, async (context) => {
      const { folder, ...wheel } = await put(context);
      const cacheFolder = join(folder, '../cache');
      const backend = without(name, inspectionBackend(cacheFolder));
      await using strict = new Inspector({ backend });
      await assert.rejects(strict.inspect(wheel), isMissing);
      const store = { folder, cacheFolder };
      await assert.rejects(new WheelStore({ ...store, backend }).ensure(wheel), isMissing);
      assert.deepEqual(globSync('{half/*,wheels/*/*}', { cwd: folder }), []);

      const terms = takenOff(name);
      await using willing = new Inspector({ backend, terms });
      assert.equal((await willing.inspect(wheel)).verdict, 'sound');
      const stored = await new WheelStore({ ...store, backend, terms }).ensure(wheel);
      const [build] = await new Pythons({ env: process.env, cacheFolder }).list();
      assert.ok(build);
      const openBackend = (): Backend => without(name, compilerBackend(build, cacheFolder));
      await assert.rejects(new BytecodeStore({ ...store, openBackend }).ensure(stored, build), isMissing);
      assert.deepEqual(globSync('{half/*,bytecode/*/*/*}', { cwd: folder }), []);
      const compiled = await new BytecodeStore({ ...store, openBackend, terms }).ensure(stored, build);
      assert.equal(compiled.files.length, 1);
    });
  }
});
