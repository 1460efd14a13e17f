import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';

import { readTar } from '../../src/exports/tar/index.ts';
import { uvWheel } from '../packages/uv.ts';
import { opened } from '../support/bundles.ts';
import { openPackageHome, type PackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { makeWheel } from '../support/wheels.ts';

const owner = { actor: { id: 'user-1', kind: 'user' }, role: 'owner' } as const;
const licence = 'licences/app-1.0/licenses/LICENSE';

interface Setting extends PackageHome {
  readonly key: string;
  /** Removes all that nobody needs; resolves to what that was. */
  readonly makeRoom: () => Promise<string[]>;
}

async function openSource(context: TestContext): Promise<Setting> {
  const setting = await openPackageHome(context);
  const file = makeWheel({
    ...{ name: 'app', headers: ['License-Expression: MIT', 'License-File: LICENSE'] },
    files: { 'app/__init__.py': '', 'app-1.0.dist-info/licenses/LICENSE': 'do as you like\n' },
  });
  setting.index.setProject({ name: 'app', files: [{ file, uploadTime: '2020-01-01T00:00:00Z' }] });
  const { declaration } = await setting.belljar.workspaces.use('source', owner).packages.install(['app']);
  assert.ok(declaration?.environment);
  const housekeeping = await setting.belljar.environments.housekeeping();
  const makeRoom = async (): Promise<string[]> => {
    const { environments } = await housekeeping.tidy({ maxBytes: 0 });
    return environments.removed.map(({ kind }) => kind);
  };
  return { ...setting, key: declaration.environment, makeRoom };
}

/** All of an export, with something done as soon as so much of it is written that it says this. */
async function interrupted(
  pieces: AsyncIterable<Uint8Array>,
  word: string,
  doing: () => Promise<void>,
): Promise<Map<string, string>> {
  const all: Uint8Array[] = [];
  let isDone = false;
  for await (const piece of pieces) {
    all.push(piece);
    if (isDone || !Buffer.from(piece).includes(word)) continue;
    isDone = true;
    await doing();
  }
  assert.ok(isDone, `nothing says ${word}`);
  const files = new Map<string, string>();
  for await (const { path, content } of readTar(opened(Buffer.concat(all))(), { maxEntries: 100, maxBytes: 1e8 })) {
    files.set(path, Buffer.concat(await Array.fromAsync(content)).toString());
  }
  return files;
}

describe('Workspace.export() and Environments.export()', needs(root, bubblewrap, python, uvWheel), () => {
  it('keep what they read until they are over, whoever makes room meanwhile', async (context) => {
    const { belljar, key, makeRoom } = await openSource(context);
    const removed: string[][] = [];
    const doing = async (): Promise<void> => void removed.push(await makeRoom());
    const ofWorkspace = belljar.workspaces.use('source', owner).export();
    const ofEnvironment = belljar.environments.export({ key, format: 'bundle', asker: owner });
    for (const pieces of [ofWorkspace, ofEnvironment]) {
      const files = await interrupted(pieces, 'list.json', doing);
      assert.equal(files.get(licence), 'do as you like\n');
    }
    assert.deepEqual(removed, [[], []]);
    assert.ok((await makeRoom()).includes('environment'), 'it stays for them alone');
  });

  it('do without what had made room before they began', async (context) => {
    const { belljar, makeRoom } = await openSource(context);
    await makeRoom();
    const files = await interrupted(belljar.workspaces.use('source', owner).export(), 'list.json', async () => {});
    assert.match(files.get('workspace.json') ?? '', /"treeDigest": null/);
    assert.match(files.get('licences/list.json') ?? '', /not in the store any more/);
  });

  it('say of each verdict by which policy it was given', async (context) => {
    const { belljar, setPolicy } = await openSource(context);
    const { hash: before } = belljar.policy.current;
    const change = (): Promise<void> => setPolicy('  deny: [app]\n');
    const files = await interrupted(belljar.workspaces.use('source', owner).export(), 'workspace.json', change);
    const judged = JSON.parse(files.get('policy.json') ?? '') as { verdict: string; policyHash: string };
    assert.deepEqual([judged.verdict, judged.policyHash], ['deny', belljar.policy.current.hash]);
    assert.notEqual(judged.policyHash, before);
  });

  it('can be cancelled', async (context) => {
    const { belljar, key } = await openSource(context);
    const signal = AbortSignal.abort();
    const pieces = belljar.environments.export({ key, format: 'sbom', asker: owner, signal });
    await assert.rejects(Array.fromAsync(pieces), { code: 'CANCELLED' });
  });
});
