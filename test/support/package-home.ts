import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { type Belljar, openBelljar, type Session } from '../../src/belljar.ts';
import { cacheFolder } from '../../src/storage/index.ts';
import { placeUv, uvFile } from '../packages/uv.ts';
import { PackageIndex } from './package-index.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { makeWheel } from './wheels.ts';

/** A home whose packages come from an index of its own, under a policy that the test writes. */
export interface PackageHome {
  readonly belljar: Belljar;
  readonly home: string;
  readonly index: PackageIndex;
  readonly policyFile: string;
  readonly env: NodeJS.ProcessEnv;
  /** The packages section of the policy; resolves when it is in force. */
  readonly setPolicy: (packages: string) => Promise<void>;
  /** Offers versions of a project, each with a module that says which one it is. */
  readonly offer: (name: string, versions: readonly string[], requires?: readonly string[]) => void;
  /** Opens another Belljar on the same home, as another process would. */
  readonly openAnother: () => Promise<Belljar>;
  readonly actions: (...prefixes: string[]) => Promise<string[]>;
}

export async function openPackageHome(context: TestContext): Promise<PackageHome> {
  // Before the folder is: hooks run in their order, and what is removed under an open database is told as damage.
  const opened = new AsyncDisposableStack();
  context.after(() => opened.disposeAsync());
  const home = await temporaryFolder(context);
  await placeUv(cacheFolder(home));
  const index = opened.use(await PackageIndex.open());
  index.setProject({ name: 'uv', files: [{ file: uvFile() }] });
  const policyFile = join(home, 'policy.yaml');
  const write = (packages: string): Promise<void> =>
    writeFile(policyFile, `version: 1\npackages:\n  advisories: {maximumAge: 36500d}\n${packages}`, { mode: 0o600 });
  await write('');
  // What the index has is seen at once.
  await writeFile(join(home, 'belljar.settings.yaml'), 'version: 1\ngate: {fresh: 0s}\n', { mode: 0o600 });
  const env = { ...process.env, PIP_INDEX_URL: index.url, BELLJAR_HOME: home, BELLJAR_POLICY: policyFile };
  const openAnother = async (): Promise<Belljar> => opened.use(await openBelljar({ env }));
  const belljar = await openAnother();
  return {
    ...{ belljar, home, index, policyFile, env, openAnother },
    setPolicy: async (packages) => {
      const changed = new Promise((resolve) => belljar.policy.once('changed', resolve));
      await write(packages);
      await changed;
    },
    offer: (name, versions, requires = []) => {
      const files = versions.map((version) => ({ file: moduleWheel(name, version, requires), uploadTime }));
      index.setProject({ name, files });
    },
    actions: async (...prefixes) => {
      const entries = await Array.fromAsync(belljar.record.entries());
      return entries.map(({ action }) => action).filter((action) => prefixes.some((each) => action.startsWith(each)));
    },
  };
}

const uploadTime = '2020-01-01T00:00:00Z';

function moduleWheel(name: string, version: string, requires: readonly string[]) {
  const files = { [`${name}/__init__.py`]: `version = ${JSON.stringify(version)}\n` };
  return makeWheel({ name, version, files, requires: [...requires], headers: ['License-Expression: MIT'] });
}

/** Which version of a module a session imports; null where it has none. */
export async function importedVersion(session: Session, name: string): Promise<unknown> {
  const code = `import importlib.util\n__import__(${JSON.stringify(name)}).version if importlib.util.find_spec(${JSON.stringify(name)}) else None`;
  const value = await session.call(code);
  assert.ok(value === null || typeof value === 'string');
  return value;
}
