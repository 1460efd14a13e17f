import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { needs, root } from '../../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { carryOut, takeBack } from './carry-out.ts';
import type { SetupPlan, SetupStep } from './plan.ts';

const user = { name: 'ada', uid: 4242, gid: 4243 };
const planOf = (...steps: SetupStep[]): SetupPlan => ({ user, steps, groups: [], advice: [] });

describe('carryOut() and takeBack()', needs(root), () => {
  it('makes a folder, gives it and no more than it to the user, and takes it back', async (context) => {
    const path = join(await temporaryFolder(context), 'group');
    const plan = planOf({ kind: 'group', path, files: [] });
    await carryOut(plan);
    await carryOut(plan);
    const { uid, gid, mode } = statSync(path);
    assert.deepEqual([uid, gid, mode & 0o777], [4242, 4243, 0o755]);
    assert.notEqual(statSync(join(path, '..')).uid, 4242);
    mkdirSync(join(path, 'left/behind'), { recursive: true });
    assert.deepEqual(await takeBack(plan), [`removed the group ${path}`]);
    assert.equal(existsSync(path), false);
    assert.deepEqual(await takeBack(plan), [`the group ${path} was not there`]);
  });

  it('writes a file with the folders above it, and leaves a folder that holds another’s file', async (context) => {
    const folder = join(await temporaryFolder(context), 'user@4242.service.d');
    const path = join(folder, 'belljar.conf');
    const plan = planOf({ kind: 'file', path, text: 'text\n' });
    await carryOut(plan);
    assert.equal(readFileSync(path, 'utf8'), 'text\n');
    assert.deepEqual(await takeBack(plan), [`removed ${path}`]);
    assert.equal(existsSync(folder), false);
    assert.deepEqual(await takeBack(plan), [`${path} was not there`]);
    await carryOut(plan);
    writeFileSync(join(folder, 'other.conf'), '');
    await takeBack(plan);
    assert.equal(existsSync(path), false);
    assert.equal(existsSync(folder), true);
  });

  it('says which step failed, and does nothing after it', async (context) => {
    const folder = await temporaryFolder(context);
    const later = join(folder, 'later');
    const plan = planOf(
      { kind: 'pass-on', path: join(folder, 'absent'), controllers: ['memory'] },
      { kind: 'group', path: later, files: [] },
    );
    await assert.rejects(carryOut(plan), {
      code: 'SETUP_FAILED',
      message: /cannot pass memory on in .*absent: ENOENT/,
    });
    assert.equal(existsSync(later), false);
  });
});
