import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';

import { TestCli } from '../support/cli.ts';
import { bubblewrap, needs, python } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('belljar workspace put and get', needs(bubblewrap, python), () => {
  const cli = new TestCli();
  after(() => cli[Symbol.dispose]());

  it('bring a project in, and what a command made of it out', async (test) => {
    const folder = await temporaryFolder(test);
    await mkdir(join(folder, 'project'));
    await writeFile(join(folder, 'project/numbers'), '3\n1\n2\n');
    const put = await cli.run(['workspace', 'put', 'one', join(folder, 'project'), '--json']);
    assert.deepEqual(JSON.parse(put.stdout), { files: 1, bytes: 6, skipped: [], partial: [] });
    const command = 'cd project && sort numbers >sorted && ln -s /etc/passwd link';
    assert.equal((await cli.run(['exec', '-w', 'one', '--', 'sh', '-c', command])).code, 0);
    const { stdout, stderr } = await cli.run(['workspace', 'get', 'one', 'project/', '--into', join(folder, 'out')]);
    assert.equal(stdout, '2 files, 12 bytes\n');
    assert.equal(stderr, 'belljar: left out project/link: no regular file\n');
    assert.equal(await readFile(join(folder, 'out/project/sorted'), 'utf8'), '1\n2\n3\n');
    const again = await cli.run(['workspace', 'get', 'one', 'project', '--into', join(folder, 'out')]);
    assert.equal(again.code, 73, again.stderr);
  });

  it('say what is wrong with how they are called, what is too much, and that the policy says no', async () => {
    assert.equal((await cli.run(['workspace', 'put', 'one'])).code, 2);
    assert.equal((await cli.run(['workspace', 'get', 'one'])).code, 2);
    assert.equal((await cli.run(['workspace', 'put', 'one', 'package.json', '--to', '../..'])).code, 2);
    assert.equal((await cli.run(['workspace', 'put', 'one', 'package.json', '--max-bytes', '10'])).code, 73);
    assert.equal((await cli.run(['workspace', 'get', 'one', '.', '--role', 'viewer'])).code, 77);
  });
});
