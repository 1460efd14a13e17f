import assert from 'node:assert/strict';
import { chmod, readFile, watch, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { makeCertificate } from '../../test/support/certificate.ts';
import { PackageIndex, type PackageIndexOptions } from '../../test/support/package-index.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { makeWheel } from '../../test/support/wheels.ts';
import { openHomeRecord } from '../record/index.ts';
import { PackageSources, type PackageSourcesOptions } from './package-sources.ts';

interface Place {
  readonly index: PackageIndex;
  readonly folder: string;
  readonly open: (options?: Partial<PackageSourcesOptions>) => PackageSources;
}

async function prepare(context: TestContext, options: PackageIndexOptions = {}): Promise<Place> {
  const folder = await temporaryFolder(context);
  const index = await PackageIndex.open(options);
  index.add('dep', makeWheel({ name: 'dep' }));
  const home = await openHomeRecord(join(folder, 'home'));
  context.after(async () => {
    await home[Symbol.asyncDispose]();
    await index[Symbol.asyncDispose]();
  });
  return {
    index,
    folder,
    open: (more) => {
      const readSettings = () => Promise.resolve({ freshMs: 1000 });
      const env = { BELLJAR_PYTHON: '/nonexistent' };
      const sources = new PackageSources({ cacheFolder: join(folder, 'cache'), env, ...home, readSettings, ...more });
      context.after(() => sources[Symbol.asyncDispose]());
      return sources;
    },
  };
}

/** A Python whose pip says this, and writes down when it is asked. */
async function pipThatSays(folder: string, answer: Record<string, unknown>): Promise<string> {
  const path = join(folder, 'python');
  const said = JSON.stringify({ files: [], cert: null, url: 'http://127.0.0.1:1/', ...answer });
  await writeFile(path, `#!/bin/sh\nprintf x >> ${folder}/asked\necho '${said}'\n`);
  await chmod(path, 0o755);
  return path;
}

describe('PackageSources', () => {
  it('opens everything once for all who ask, and tries again what failed', async (context) => {
    const { index, open } = await prepare(context);
    let asked = 0;
    const sources = open({
      readSettings: () => {
        asked += 1;
        if (asked === 1) return Promise.reject(new Error('not yet'));
        return Promise.resolve({ freshMs: 1000, indexes: [{ name: 'own', url: index.url }] });
      },
    });
    assert.equal(asked, 0);
    await assert.rejects(sources.open(), /not yet/);
    const [one, other] = await Promise.all([sources.open(), sources.open()]);
    assert.deepEqual([one, asked], [other, 2]);
    assert.equal((await one.upstream.findPage('dep'))?.index, 'own');
    assert.ok(one.advisories.current.find('jinja2', '2.7').length > 0);
  });

  it('takes the index that the machine is configured with, and keeps what pip answered', async (context) => {
    const { index, open, folder } = await prepare(context);
    const python = await pipThatSays(folder, { url: index.url });
    for (let times = 0; times < 2; times++) {
      const { upstream } = await open({ python, env: {} }).open();
      assert.equal((await upstream.findPage('dep'))?.index, 'default');
    }
    assert.equal(await readFile(join(folder, 'asked'), 'utf8'), 'x');
  });

  it('trusts for an index of the settings what pip is configured to trust', async (context) => {
    const certificate = makeCertificate(['localhost']);
    const { index, open, folder } = await prepare(context, { certificate });
    const trusted = join(folder, 'trusted.pem');
    await writeFile(trusted, certificate.cert);
    const readSettings = () => Promise.resolve({ freshMs: 1000, indexes: [{ name: 'own', url: index.url }] });
    const find = async (options: Partial<PackageSourcesOptions>) =>
      (await open({ readSettings, ...options }).open()).upstream.findPage('dep');
    await assert.rejects(find({ cacheFolder: join(folder, 'empty') }), { code: 'INDEX_UNAVAILABLE' });
    const env = { PIP_CERT: trusted, BELLJAR_PYTHON: '/nonexistent' };
    assert.equal((await find({ env }))?.index, 'own');
    const python = await pipThatSays(folder, { cert: trusted });
    assert.equal((await find({ python, env: {} }))?.index, 'own');
  });

  it('says that it was cancelled where whoever asked gave up while pip was asked, and opens for the next', async (context) => {
    const { folder, open } = await prepare(context);
    const python = await pipThatSays(folder, {});
    const slow = join(folder, 'slow');
    await writeFile(
      slow,
      `#!/bin/sh\nif [ -e ${folder}/asking ]; then exec ${python}; fi\ntouch ${folder}/asking\nexec sleep 600\n`,
    );
    await chmod(slow, 0o755);
    const sources = open({ python: slow });
    const stop = new AbortController();
    const opening = sources.open(stop.signal);
    for await (const { filename } of watch(folder)) if (filename === 'asking') break;
    stop.abort();
    await assert.rejects(opening, { code: 'CANCELLED' });
    assert.equal((await sources.open()).freshMs, 1000);
  });
});
