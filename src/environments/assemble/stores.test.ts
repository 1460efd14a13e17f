import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { bubblewrap, needs, python as pythonIsThere } from '../../../test/support/prerequisite.ts';
import { readRealWheels, realWheels } from '../../../test/support/real-wheels.ts';
import { temporaryTree } from '../../../test/support/temporary-tree.ts';
import { findTestPython, unpackWheel } from '../../../test/support/unpacked-wheels.ts';
import { BytecodeStore } from '../bytecode/index.ts';
import { WheelStore } from '../wheel-store/index.ts';
import { assemble } from './assemble.ts';
import type { PlacedWheel } from './plan-environment.ts';
import { verifyTree } from './verify-tree.ts';

describe('assemble() from the stores', needs(pythonIsThere, bubblewrap, realWheels), () => {
  it('makes of wheels that the stores keep what it makes of them unpacked by Python', async (context) => {
    const base = await temporaryTree(context);
    const python = await findTestPython();
    const options = { folder: join(base, 'environments'), cacheFolder: join(base, 'cache') };
    const [store, bytecodes] = [new WheelStore(options), new BytecodeStore(options)];
    const [kept, unpacked]: [PlacedWheel[], PlacedWheel[]] = [[], []];
    for (const file of readRealWheels()) {
      const path = join(base, file.filename);
      writeFileSync(path, file.bytes);
      const wheel = await store.ensure({ path, filename: file.filename, sha256: file.sha256 });
      kept.push({ wheel, bytecode: await bytecodes.ensure(wheel, python), isRequested: false });
      const other = unpackWheel(join(base, 'unpacked'), file, python.executable);
      unpacked.push({ wheel: other, bytecode: undefined, isRequested: false });
    }
    const make = async (name: string, wheels: readonly PlacedWheel[]) => {
      mkdirSync(join(base, name));
      return assemble({ wheels, python, folder: join(base, name) });
    };
    const made = await make('kept-environment', kept);
    assert.equal(made.linked, 'hard');
    assert.equal(made.treeDigest, (await make('unpacked-environment', unpacked)).treeDigest);
    const folder = join(base, 'kept-environment');
    assert.deepEqual((await verifyTree(folder, { full: true, treeDigest: made.treeDigest })).problems, []);
    const program = 'import attr, six, yaml; print(six.__cached__, yaml.safe_load("[1]"))';
    const printed = execFileSync(join(folder, 'bin/python'), ['-I', '-c', program], { encoding: 'utf8' });
    assert.match(printed, /\/site-packages\/__pycache__\/six\.[a-z]+-\d+\.pyc \[1\]/);
  });
});
