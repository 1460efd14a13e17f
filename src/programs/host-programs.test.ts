import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, describe, it } from 'node:test';

import { type Belljar, openBelljar } from '../belljar.ts';
import { bubblewrap, needs, python } from '../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';

const asker = { actor: { id: 'ann', kind: 'user' }, role: 'owner' } as const;

describe('programs of the settings', needs(bubblewrap, python), () => {
  it('are found by every command, at their own path and read-only', async (test) => {
    const { belljar, folder, set } = await prepare(test);
    await set(`programs: {tool: {folder: ${folder}, path: bin}}`);
    const found = await run(belljar, [
      'sh',
      '-c',
      'tool; touch "$(dirname "$(command -v tool)")/new" || echo read-only',
    ]);
    assert.equal(found, `${folder}/bin/tool\nread-only\n`);
    assert.equal(await run(belljar, ['tool']), `${folder}/bin/tool\n`);
    await set('programs: {}');
    assert.equal(await run(belljar, ['sh', '-c', 'tool || echo none']), 'none\n');
  });

  it('are on the record among the folders that a command was shown', async (test) => {
    const { belljar, folder, set } = await prepare(test);
    await set(`programs: {tool: {folder: ${folder}, path: bin}}`);
    await run(belljar, ['true'], [folder]);
    const entries = await Array.fromAsync(belljar.record.entries());
    assert.deepEqual(entries.find(({ action }) => action === 'run.start')?.details['shown'], [folder]);
  });

  it('stop every command where they are not there, or would show what must not be shown', async (test) => {
    const { belljar, folder, home, set } = await prepare(test);
    await symlink('/etc', join(folder, 'out'));
    for (const wrong of [join(folder, 'none'), home, '/etc', join(folder, 'out')]) {
      await set(`programs: {tool: {folder: ${wrong}}}`);
      await assert.rejects(run(belljar, ['true']), {
        code: 'SETTINGS_INVALID',
        message: /programs\.tool: .*cannot be shown/,
      });
    }
  });
});

async function prepare(test: TestContext) {
  const home = await temporaryFolder(test);
  const folder = await mkdtemp('/var/tmp/belljar-program-'); // nothing below /tmp can be shown
  test.after(() => rm(folder, { recursive: true }));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/tool'), '#!/bin/sh\necho "$0"\n', { mode: 0o755 });
  const belljar = await openBelljar({ home });
  test.after(() => belljar.close());
  const set = (line: string): Promise<void> =>
    writeFile(join(home, 'belljar.settings.yaml'), `version: 1\n${line}\n`, { mode: 0o600 });
  return { belljar, home, folder, set };
}

async function run(
  belljar: Belljar,
  argv: readonly [string, ...string[]],
  shown: readonly string[] = [],
): Promise<string> {
  const program = await belljar.programs.start({ ...asker, argv, shown });
  program.stdin.end();
  program.stderr.resume();
  const printed = await text(program.stdout);
  await program.ended;
  return printed;
}
