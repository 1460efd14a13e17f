import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { makeOwnSource } from '../../test/packages/sources.ts';
import { PackageIndex } from '../../test/support/package-index.ts';
import { bubblewrap, needs, python, root } from '../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { findInterpreter } from '../environments/index.ts';
import { parseDefaultPolicy } from '../policy/index.ts';
import { openHomeRecord } from '../record/index.ts';
import { type BuildResult, Packages } from './index.ts';

test(
  'Packages.buildSource() builds from an index, and puts on the record what came of it',
  needs(root, bubblewrap, python),
  async (context) => {
    const folder = await temporaryFolder(context);
    await using index = await PackageIndex.open();
    await using home = await openHomeRecord(join(folder, 'home'));
    const interpreter = await findInterpreter();
    await using packages = new Packages({
      ...{ cacheFolder: join(folder, 'cache'), database: home.database, record: home.record, python: interpreter },
      currentPolicy: () => parseDefaultPolicy(),
      readSettings: () => Promise.resolve({ indexes: [{ name: 'default', url: index.url }], freshMs: 600_000 }),
      env: {},
    });
    const build = (name: string, before: string): Promise<BuildResult> => {
      const { filename, sha256, ...source } = makeOwnSource({ name, before });
      index.add(name, { filename, sha256, ...source });
      return packages.buildSource({
        ...{
          name,
          version: '1.0',
          python: interpreter,
          sdist: { filename, sha256, url: `${index.origin}/files/${filename}` },
        },
        asker: { actor: { id: 'ada', kind: 'user' }, role: 'owner', workspace: 'notes' },
      });
    };
    const built = await build('dep', 'pass');
    if (built.kind === 'failed') assert.fail(`${built.message}\n${built.said}`);
    assert.equal((await build('bad', 'raise RuntimeError("no \\x1b[2Jluck")')).kind, 'failed');
    const entries = await home.record.tail({ limit: 10 });
    const told = entries.filter(({ action }) => action.startsWith('packages.source.'));
    assert.deepEqual(
      told.map(({ action, subject, workspace, actor }) => [action, subject, workspace, actor?.id]),
      [
        ['packages.source.built', 'dep 1.0', 'notes', 'ada'],
        ['packages.source.failed', 'bad 1.0', 'notes', 'ada'],
      ],
    );
    assert.equal(told[0]?.details['wheel'], built.wheel.sha256);
    assert.match(JSON.stringify(told[1]?.details['message']), /bad 1\.0 cannot be built: /);
    assert.match(JSON.stringify(told[1]?.details['said']), /RuntimeError: no \\\\u001b\[2Jluck/);
  },
);
