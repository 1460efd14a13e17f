import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { MemoryUpstream } from '../../../test/packages/memory-upstream.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { Inspector } from '../inspection/index.ts';
import type { ProjectFile } from '../upstream/index.ts';
import { Inspections, type KeptInspection } from './inspections.ts';
import { openListed } from './open-listed.ts';

const other = Buffer.from('Metadata-Version: 2.1\nName: acme\nVersion: 1.0\nRequires-Dist: evil\n');

async function setStage(context: TestContext) {
  const folder = await temporaryFolder(context);
  const upstream = new MemoryUpstream();
  const inspector = new Inspector({ workers: 1 });
  context.after(async () => {
    await inspector[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });
  let opened = 0;
  const restart = () => {
    const inspections = new Inspections({ folder: join(folder, 'inspections'), inspector: '1' });
    const parts = {
      ...{ upstream, inspections },
      inspect: (wheel: { readonly path: string; readonly filename: string }, signal: AbortSignal) => {
        opened += 1;
        return inspector.inspect({ ...wheel, signal });
      },
    };
    return async (file: ProjectFile): Promise<KeptInspection> => {
      const { path, sha256 } = await upstream.fetchArtifact(file);
      return openListed(parts, { file, path, sha256 }, new AbortController().signal);
    };
  };
  const find = async (project: string, words: Partial<ProjectFile> = {}): Promise<ProjectFile> => {
    const file = (await upstream.findPage(project))?.files[0];
    assert.ok(file !== undefined);
    return { ...file, ...words };
  };
  return { upstream, restart, find, opened: () => opened };
}

function rulesOf(found: KeptInspection): readonly string[] {
  return found.verdict === 'refused' ? found.problems.map(({ rule }) => rule) : [];
}

describe('openListed()', () => {
  it('finds another thing in the same bytes under another name, whichever is asked for first', async (context) => {
    const { upstream, restart, find, opened } = await setStage(context);
    const right = upstream.addWheel({ name: 'acme' });
    upstream.addFile('victim', { ...right, filename: 'victim-1.0-py3-none-any.whl' });
    for (const order of [
      ['acme', 'victim'],
      ['victim', 'acme'],
    ]) {
      const open = restart();
      const verdicts: Record<string, string> = {};
      for (const project of order) verdicts[project] = (await open(await find(project))).verdict;
      assert.deepEqual(verdicts, { acme: 'sound', victim: 'refused' });
    }
    assert.equal(opened(), 2, 'once under each name');
  });

  for (const coreMetadata of ['unknown', 'none'] as const) {
    it(`refuses a wheel as long as its METADATA was given out otherwise (${coreMetadata}), and opens it once`, async (context) => {
      const { upstream, restart, find, opened } = await setStage(context);
      upstream.addWheel({ name: 'acme' });
      const file = await find('acme', { coreMetadata });
      const right = await upstream.fetchMetadata(file);
      const forgotten: string[] = [];
      upstream.fetchMetadata = () => Promise.resolve(forgotten.length === 0 ? other : right);
      upstream.forgetMetadata = ({ filename }: ProjectFile) => Promise.resolve(void forgotten.push(filename));
      const open = restart();
      assert.deepEqual(rulesOf(await open(file)), ['wheel.sidecar']);
      assert.deepEqual(forgotten, [file.filename], 'and is asked for it anew');
      assert.equal((await open(file)).verdict, 'sound');
      assert.equal((await restart()(file)).verdict, 'sound');
      assert.equal(opened(), 1);
    });
  }

  it('holds a wheel against what its index says, also where it was opened for one that said nothing', async (context) => {
    const { upstream, restart, find } = await setStage(context);
    upstream.addWheel({ name: 'acme' });
    const open = restart();
    assert.equal((await open(await find('acme', { coreMetadata: 'none' }))).verdict, 'sound');
    assert.deepEqual(rulesOf(await open(await find('acme', { coreMetadata: { sha256: '0'.repeat(64) } }))), [
      'wheel.sidecar',
    ]);
    assert.equal((await open(await find('acme'))).verdict, 'sound', 'an index that mended it');
  });
});
