import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { PythonBuild } from '../environments/index.ts';
import type { Declaration } from './declaration.ts';
import { findFooting, type FootingParts, standOn } from './footing.ts';
import { readRequirements, wantedSet } from './requirements.ts';

function build(version: string): PythonBuild {
  return { version, executable: `/opt/${version}`, parts: [], tag: 'cpython', build: version };
}

const parts: FootingParts = {
  pythons: {
    own: build('3.11.2'),
    choose: async (wanted) => build(`${wanted}.9`),
    chooseListed: async (wanted) => build(`${wanted}.9`),
    listInstalled: async ({ version }) => [{ name: 'beside', version }],
  },
  readBases: async () => ({
    presets: { small: { requirements: ['six'], python: '3.13' }, host: { requirements: [], systemSitePackages: true } },
    base: 'small',
  }),
};

function declarationOf(asked: Declaration['asked']): Declaration {
  const times = { made: '', changed: '' };
  const state = { python: '3.12.9', interpreter: '/opt/3.12.9', lock: null, environment: null, requirements: [] };
  return { ...state, ...times, name: 'skill', number: 1, wish: '', base: null, owner: null, asked };
}

describe('findFooting()', () => {
  it('remembers what was asked for, until the installation’s is wanted again', async () => {
    const before = declarationOf({ python: '3.12', base: 'none' });
    const kept = await findFooting(parts, { workspace: 'skill', before, now: {} });
    assert.deepEqual(
      [kept.asked, kept.base, kept.python.version],
      [{ python: '3.12', base: 'none' }, undefined, '3.12.9'],
    );
    const now = { python: 'default', base: 'default' };
    const free = await findFooting(parts, { workspace: 'skill', before, now });
    assert.deepEqual([free.asked, free.base?.name, free.python.version], [{}, 'small', '3.13.9']);
  });

  it('takes what is installed beside the Python that was chosen, where the base is that', async () => {
    const question = { workspace: 'skill', before: undefined, now: { base: 'host', python: '3.10' } };
    const { base } = await findFooting(parts, question);
    assert.deepEqual(
      base?.requirements.map(({ name, specifier }) => name + specifier),
      ['beside==3.10.9'],
    );
  });

  it('takes the base’s Python, but not in the place of one that is asked for', async () => {
    const question = { workspace: 'skill', before: undefined };
    assert.equal((await findFooting(parts, { ...question, now: {} })).python.version, '3.13.9');
    assert.equal((await findFooting(parts, { ...question, now: { python: '3.10' } })).python.version, '3.10.9');
  });
});

describe('standOn()', () => {
  it('plans the base with what is declared, and counts both for the wish', async () => {
    const footing = await findFooting(parts, { workspace: 'skill', before: undefined, now: {} });
    const wanted = wantedSet(readRequirements(['numpy']));
    const whole = await standOn(footing, wanted);
    assert.deepEqual(
      whole.requirements.map(({ name }) => name),
      ['six', 'numpy'],
    );
    assert.deepEqual(whole.lines, ['numpy'], 'what is declared is the workspace’s own');
    assert.notEqual(whole.wish, wanted.wish);
    assert.equal(await standOn({ ...footing, base: undefined }, wanted), wanted);
  });
});
