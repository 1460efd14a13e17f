import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, describe, it } from 'node:test';

import { openBelljar, type Session } from '../belljar.ts';
import { bubblewrap, needs, python } from '../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { getFiles, putFiles } from './copy-files.ts';

const roomy = { maxFiles: 100, maxBytes: 1_000_000 };

describe('putFiles() and getFiles()', needs(bubblewrap, python), () => {
  it('bring a folder in and out as it was, without the links in it', async (test) => {
    const { session, folder } = await prepare(test);
    await mkdir(join(folder, 'paper/data'), { recursive: true });
    await writeFile(join(folder, 'paper/data/a.csv'), 'x,y\n');
    await symlink('/etc/passwd', join(folder, 'paper/link'));
    const put = await putFiles(session.files, { sources: [join(folder, 'paper/')], to: 'in' }, roomy);
    assert.deepEqual(put, { files: 1, bytes: 4, skipped: [join(folder, 'paper/link')], partial: [] });
    const got = await getFiles(session.files, { paths: ['in/paper'], into: join(folder, 'out') }, roomy);
    assert.equal(got.files, 1);
    assert.equal(await readFile(join(folder, 'out/paper/data/a.csv'), 'utf8'), 'x,y\n');
  });

  it('follow no link that code inside has made, and say so', async (test) => {
    const { session, folder } = await prepare(test);
    await session.evaluate('import os; os.mkdir("made"); os.symlink("/etc/hostname", "made/a"); os.mkfifo("made/b")');
    const { skipped } = await getFiles(session.files, { paths: ['made'], into: folder }, roomy);
    assert.deepEqual(skipped, ['made/a', 'made/b']);
    assert.deepEqual(await readdir(join(folder, 'made')), []);
  });

  it('write over nothing that is here', async (test) => {
    const { session, folder } = await prepare(test);
    await session.files.write('note', 'theirs');
    await symlink('elsewhere', join(folder, 'note'));
    await assert.rejects(getFiles(session.files, { paths: ['note'], into: folder }, roomy), {
      code: 'OUTPUT_UNWRITABLE',
    });
    assert.deepEqual(await readdir(folder), ['note']);
  });

  it('stop at their bounds', async (test) => {
    const { session, folder } = await prepare(test);
    await writeFile(join(folder, 'large'), 'x'.repeat(101));
    const bounds = { maxFiles: 1, maxBytes: 100 };
    await assert.rejects(putFiles(session.files, { sources: [join(folder, 'large')], to: '' }, bounds), {
      code: 'FILE_REFUSED',
    });
    await session.files.write('many/a', '');
    await session.files.write('many/b', '');
    await assert.rejects(getFiles(session.files, { paths: ['many'], into: folder }, bounds), { code: 'FILE_REFUSED' });
    await session.evaluate('import os; os.makedirs("empty/" + "/".join("abcdefgh"))');
    await assert.rejects(getFiles(session.files, { paths: ['empty'], into: folder }, { ...bounds, maxFiles: 5 }), {
      code: 'FILE_REFUSED',
    });
    await session.files.write('long', 'x'.repeat(101));
    await assert.rejects(getFiles(session.files, { paths: ['long'], into: folder }, bounds), { code: 'FILE_REFUSED' });
    assert.ok(!(await readdir(folder)).includes('long'), 'a part is not left');
    await getFiles(session.files, { paths: ['many'], into: join(folder, 'again') }, roomy);
  });

  it('name folders of which not all can be told', async (test) => {
    const { session, folder } = await prepare(test);
    await session.evaluate(
      'import os; os.mkdir("odd"); open("odd/plain", "w").close(); open("odd/a\\nb", "w").close()',
    );
    const { files, partial } = await getFiles(session.files, { paths: ['odd'], into: folder }, roomy);
    assert.deepEqual({ files, partial }, { files: 1, partial: ['odd'] });
  });

  it('write into no folder that a link leads to', async (test) => {
    const { session, folder } = await prepare(test);
    await session.files.write('made/note', 'theirs');
    await mkdir(join(folder, 'else'));
    await symlink('else', join(folder, 'made'));
    await assert.rejects(getFiles(session.files, { paths: ['made'], into: folder }, roomy), {
      code: 'OUTPUT_UNWRITABLE',
    });
    assert.deepEqual(await readdir(join(folder, 'else')), []);
  });

  it('say what is not there', async (test) => {
    const { session, folder } = await prepare(test);
    await assert.rejects(putFiles(session.files, { sources: [join(folder, 'none')], to: '' }, roomy), {
      code: 'INPUT_UNREADABLE',
    });
    await assert.rejects(getFiles(session.files, { paths: ['none'], into: folder }, roomy), { code: 'FILE_NOT_FOUND' });
  });
});

async function prepare(test: TestContext): Promise<{ readonly session: Session; readonly folder: string }> {
  const belljar = await openBelljar({ home: await temporaryFolder(test) });
  test.after(() => belljar.close());
  const folder = await temporaryFolder(test);
  const session = await belljar.sessions.open({ actor: { id: 'ann', kind: 'user' }, role: 'owner' });
  return { session, folder };
}
