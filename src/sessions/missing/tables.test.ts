import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';

import { findPythons } from '../../../test/python/find-pythons.ts';
import { famousImports, knownImports, mostImported, namespaces, standardModules } from '../../packages/imports.ts';
import { isProjectName } from '../../policy/index.ts';
import { readModuleName } from './module-name.ts';
import { explainStandardModule } from './standard-library.ts';

describe('the table of known imports', () => {
  it('has more than a hundred rows of names that can be modules and projects', () => {
    assert.ok(knownImports.size > 100);
    for (const [module, distributions] of [...knownImports, ...namespaces]) {
      assert.ok(readModuleName(module) !== undefined, module);
      assert.ok(distributions.length > 0 && distributions.every((name) => isProjectName(name)), module);
    }
  });

  it('contradicts neither the table of famous ones nor Python itself', () => {
    for (const module of [...knownImports.keys(), ...famousImports]) {
      assert.equal(explainStandardModule(module), undefined, module);
    }
    assert.deepEqual(
      [...knownImports.keys()].filter((module) => famousImports.has(module)),
      [],
    );
    for (const module of mostImported) {
      assert.ok(famousImports.has(module) || knownImports.has(module) || standardModules.has(module), module);
    }
  });
});

describe('the table of the standard library', () => {
  const pythons = findPythons();
  const program = 'import sys; print(*getattr(sys, "stdlib_module_names", sys.builtin_module_names))';

  for (const { executable, minor } of pythons) {
    it(`knows every public module of Python ${minor}`, () => {
      const names = execFileSync(executable, ['-I', '-c', program], { encoding: 'utf8' }).trim().split(' ');
      const missing = names.filter(
        (name) => !name.startsWith('_') && !name.startsWith('xx') && !standardModules.has(name),
      );
      assert.deepEqual(missing, []);
    });

    it(`says rightly what Python ${minor} no longer has and does not have yet`, () => {
      const names = execFileSync(executable, ['-I', '-c', program], { encoding: 'utf8' }).trim().split(' ');
      if (names.length < 200) return; // before 3.10 Python does not tell them all
      const has = new Set(names);
      for (const module of standardModules) {
        const explained = explainStandardModule(module) ?? '';
        const [, removed] = /removed in Python 3\.(\d+)/.exec(explained) ?? [];
        const [, added] = /from 3\.(\d+) on/.exec(explained) ?? [];
        const number = Number(minor.split('.')[1]);
        if (removed !== undefined) assert.equal(has.has(module), number < Number(removed), module);
        else if (added !== undefined) assert.equal(has.has(module), number >= Number(added), module);
      }
    });
  }

  it('explains every one of its modules', () => {
    for (const module of standardModules) assert.ok(explainStandardModule(module), module);
    assert.equal(explainStandardModule('constructor'), undefined);
    assert.equal(explainStandardModule('numpy'), undefined);
  });
});
