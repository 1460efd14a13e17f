import assert from 'node:assert/strict';
import { test } from 'node:test';

import { linkPackages } from './link-packages.ts';
import { readNeed } from './need.ts';
import { environmentOf } from './target-environment.ts';

const environment = environmentOf({ pythonVersion: '3.12', platform: 'x86_64-unknown-linux-gnu' });

function link(
  packages: Readonly<Record<string, readonly string[]>>,
  requirements: readonly { readonly name: string; readonly extras: readonly string[] }[],
): Record<string, { requiredBy: string[]; extras: string[] }> {
  const described = Object.entries(packages).map(([name, needs]) => ({ name, needs }));
  const links = linkPackages({ packages: described, requirements, environment });
  return Object.fromEntries(
    [...links].map(([name, { requiredBy, extras }]) => [
      name,
      { requiredBy: [...requiredBy].sort(), extras: [...extras].sort() },
    ]),
  );
}

const app = { name: 'app', extras: [] };

test('linkPackages() follows what is needed on the target, and nothing else', () => {
  const links = link(
    {
      app: ['Dep_A (>=1)', 'dep-b; sys_platform == "win32"', 'dep-c; python_version >= "3.12"', 'dep-d; extra == "x"'],
      'dep-a': ['dep-b'],
      'dep-b': [],
      'dep-c': [],
      'dep-d': [],
    },
    [app],
  );
  assert.deepEqual(links['dep-a']?.requiredBy, ['app']);
  assert.deepEqual(links['dep-b']?.requiredBy, ['dep-a']);
  assert.deepEqual(links['dep-c']?.requiredBy, ['app']);
  assert.deepEqual(links['dep-d']?.requiredBy, []);
});

test('linkPackages() follows what only the kernel tells to be needed to what is there, and asks for no extra of it', () => {
  const links = link(
    {
      app: ['dep[x]; platform_release >= "6"', 'far; sys_platform == "win32" and platform_release >= "6"'],
      dep: ['more; extra == "x"'],
      far: [],
    },
    [app],
  );
  assert.deepEqual(links['dep'], { requiredBy: ['app'], extras: [] });
  assert.deepEqual(links['far']?.requiredBy, []);
});

test('linkPackages() follows extras, those that come late and those that go round in a circle too', () => {
  const links = link(
    {
      app: ['dep', 'late'],
      late: ['dep[more]'],
      dep: ['plug; extra == "more"', 'app[all]'],
      plug: ['dep[most]'],
      far: [],
    },
    [app],
  );
  assert.deepEqual(links['plug'], { requiredBy: ['dep'], extras: [] });
  assert.deepEqual(links['dep']?.extras, ['more', 'most']);
  assert.deepEqual(links['app'], { requiredBy: ['dep'], extras: ['all'] });
  assert.deepEqual(links['far']?.requiredBy, []);
});

test('readNeed() reads what METADATA holds, and gives up on what is none', () => {
  assert.deepEqual(readNeed('A.B [x , Y_z] (>=1,<2)'), {
    ...{ name: 'a-b', extras: ['x', 'y-z'], marker: undefined },
    specifier: '>=1,<2',
  });
  assert.equal(readNeed('dep>=1 ; extra == "x"')?.specifier, '>=1');
  assert.equal(readNeed('dep @ https://x.example/dep.whl')?.specifier, '');
  assert.equal(readNeed('dep ; nonsense'), undefined);
  assert.equal(readNeed('../dep'), undefined);
  assert.equal(readNeed('dep @ https://x.example/dep.whl')?.name, 'dep');
});
