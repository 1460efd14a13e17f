import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { chooseFolder, choosePythonVariables, pythonCommand, requireScriptShown } from './python-arguments.ts';

describe('requireScriptShown()', () => {
  it('takes what is no script, and scripts that are shown', async (test) => {
    const folder = await prepare(test);
    for (const args of [[], ['-c', 'x'], ['-Ic', 'x'], ['-m', 'x.py'], ['-'], ['-V'], ['-X', 'utf8', '-c', 'x']]) {
      requireScriptShown(args, folder, []);
    }
    requireScriptShown([join(folder, 'x.py')], '/', [folder]);
    requireScriptShown(['-u', 'x.py'], folder, [folder]);
  });

  it('takes a script that is not here: it may be among the files of the workspace', async (test) => {
    requireScriptShown(['other.py'], await prepare(test), []);
  });

  it('refuses a script that is here and not shown, behind options too', async (test) => {
    const folder = await prepare(test);
    const hint = /--show FOLDER/;
    for (const args of [['x.py'], ['-u', 'x.py'], ['-W', 'error', 'x.py'], ['-X', 'dev', 'x.py'], ['--', 'x.py']]) {
      assert.throws(() => requireScriptShown(args, folder, []), { code: 'USAGE', hint }, args.join(' '));
    }
    assert.throws(() => requireScriptShown(['shown/../x.py'], folder, [join(folder, 'shown')]), { code: 'USAGE' });
    assert.throws(() => requireScriptShown(['shown/x.py'], folder, [join(folder, 'shown')]), { code: 'USAGE' });
  });

  it('refuses a script that a link leads out to', async (test) => {
    const folder = await prepare(test);
    await symlink(join(folder, 'x.py'), join(folder, 'shown/link.py'));
    const shown = join(folder, 'shown');
    assert.throws(() => requireScriptShown([join(shown, 'link.py')], shown, [shown]), { code: 'USAGE' });
  });
});

describe('chooseFolder()', () => {
  it('is the caller’s own where that is shown, and no folder that only begins alike', () => {
    assert.equal(chooseFolder('/srv/project/docs', ['/srv/project']), '/srv/project/docs');
    assert.equal(chooseFolder('/srv/project', ['/srv/project/']), '/srv/project');
    assert.equal(chooseFolder('/srv/project-two', ['/srv/project']), undefined);
    assert.equal(chooseFolder('/srv', []), undefined);
  });
});

describe('choosePythonVariables()', () => {
  it('takes how Python is to behave, and nothing that leads to code or holds a secret', () => {
    const env = { PYTHONUNBUFFERED: '1', PYTHONPATH: '/x', PYTHONSTARTUP: '/y', PYTHONHOME: '/z', TOKEN: 'hush' };
    assert.deepEqual(choosePythonVariables(env), { PYTHONUNBUFFERED: '1' });
  });
});

describe('pythonCommand()', () => {
  it('hands the arguments on as they are', () => {
    assert.deepEqual(pythonCommand(['-c', 'a b']).slice(3), ['python', '-c', 'a b']);
  });
});

async function prepare(test: Parameters<typeof temporaryFolder>[0]): Promise<string> {
  const folder = await temporaryFolder(test);
  await mkdir(join(folder, 'shown'));
  for (const name of ['x.py', 'shown/x.py']) await writeFile(join(folder, name), '');
  return folder;
}
