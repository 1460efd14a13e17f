import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { PythonBuild } from '../environments/index.ts';
import { BelljarError } from '../errors.ts';
import { choosePython, keptPython, type KeptPython, type WorkspacePythons } from './workspace-python.ts';

type Pythons = Pick<WorkspacePythons, 'own' | 'choose' | 'chooseListed'>;

function build(version: string, executable = `/opt/${version}/bin/python3`): PythonBuild {
  return { version, executable, parts: [], tag: 'cpython', build: version };
}

const own = build('3.11.2', '/usr/bin/python3.11');

function pythonsOf(...others: readonly PythonBuild[]): Pythons & { readonly asked: string[] } {
  const asked: string[] = [];
  const choose = async (wanted: string): Promise<PythonBuild> => {
    asked.push(wanted);
    const found = [own, ...others].find(({ version, executable }) => {
      return executable === wanted || version === wanted || version.startsWith(`${wanted}.`);
    });
    if (found === undefined) throw new BelljarError('PYTHON_NOT_FOUND', `no ${wanted}`);
    return found;
  };
  return { own, choose, chooseListed: choose, asked };
}

function keptOf(made: PythonBuild, asked?: string): KeptPython {
  const { version: python, executable: interpreter } = made;
  return { python, interpreter, asked: asked === undefined ? {} : { python: asked } };
}

const none = { workspace: 'skill', asked: undefined, kept: undefined, ofBase: undefined };
const [old, young] = [build('3.12.1'), build('3.12.4')];

describe('choosePython()', () => {
  it('takes what is asked for before what is kept, and that before what the base wants', async () => {
    const pythons = pythonsOf(build('3.13.0'), young, build('3.10.1'));
    const kept = keptOf(young, '3.12');
    const choose = async (question: object): Promise<string> => {
      return (await choosePython(pythons, { ...none, ...question })).version;
    };
    assert.equal(await choose({ asked: '3.13', kept, ofBase: '3.10' }), '3.13.0');
    assert.equal(await choose({ kept, ofBase: '3.10' }), '3.12.4');
    assert.equal(await choose({ ofBase: '3.10' }), '3.10.1');
    assert.equal(await choose({}), '3.11.2');
  });

  it('forgets what was asked for where the installation’s own is wanted again', async () => {
    const question = { ...none, asked: 'default', kept: keptOf(young, '3.12') };
    assert.equal(await choosePython(pythonsOf(young), question), own);
  });

  it('follows the installation where nobody ever asked for one', async () => {
    assert.equal(await choosePython(pythonsOf(old), { ...none, kept: keptOf(old) }), own);
  });

  it('refuses what is not there', async () => {
    const choosing = choosePython(pythonsOf(), { ...none, asked: '3.9' });
    await assert.rejects(choosing, { code: 'PYTHON_NOT_FOUND' });
  });
});

describe('keptPython()', () => {
  const find = (pythons: Pythons, kept: KeptPython) => keptPython(pythons, { kept, workspace: 'skill' });

  it('takes the very one that it was made with, although a newer one came', async () => {
    assert.equal(await find(pythonsOf(young, old), keptOf(old, '3.12')), old);
  });

  it('asks nobody about the installation’s own', async () => {
    const pythons = pythonsOf();
    assert.equal(await find(pythons, keptOf(own)), own);
    assert.deepEqual(pythons.asked, []);
  });

  it('takes another of the minor version where that one is gone', async () => {
    assert.equal(await find(pythonsOf(young), keptOf(old, '3.12')), young);
    assert.equal(await find(pythonsOf(young), keptOf(old)), young);
    assert.equal(await find(pythonsOf(), keptOf(build('3.11.0'))), own);
  });

  it('takes the version that was made, whatever is kept of the program', async () => {
    const legacy = { python: '3.12.0', interpreter: null, asked: {} };
    assert.equal(await find(pythonsOf(young), legacy), young);
  });

  it('says that it is gone, and what can be done', async () => {
    const lost = { code: 'ENVIRONMENT_MISSING', message: /3\.12\.1/, hint: /upgrade -w skill --python/ };
    await assert.rejects(find(pythonsOf(build('3.13.0')), keptOf(old)), lost);
    await assert.rejects(find(pythonsOf(young), keptOf(old, old.executable)), lost, 'a path means this one');
  });

  it('does not take another version that came in its place', async () => {
    const replaced = build('3.13.0', old.executable);
    await assert.rejects(find(pythonsOf(replaced), keptOf(old, old.executable)), { code: 'ENVIRONMENT_MISSING' });
  });
});
