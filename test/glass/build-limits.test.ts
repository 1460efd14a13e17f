import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import { BelljarError, type ErrorCode } from '../../src/belljar.ts';
import { uvWheel } from '../packages/uv.ts';
import { openPackageHome, type PackageHome } from '../support/package-home.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { makeWheel } from '../support/wheels.ts';

const asker = { actor: { id: 'user-1', kind: 'user' }, role: 'owner' } as const;
const plain = { 'acme/__init__.py': 'x = 1\n' };

/** Compilers write out what is under `finally` twice: each step in doubles what comes of it. */
function doubling(name: string, depth: number): string {
  const steps = Array.from(
    { length: depth },
    (_, at) => `${' '.repeat(at + 1)}try: pass\n${' '.repeat(at + 1)}finally:\n`,
  );
  return `def ${name}():\n${steps.join('')}${' '.repeat(depth + 1)}pass\n`;
}

interface House extends PackageHome {
  /** The lock of a wheel of these files. */
  readonly lockOf: (files: Record<string, string | Buffer>) => Promise<string>;
  readonly acquire: (lock: string) => Promise<string>;
  readonly lastEntry: (action: string) => Promise<Readonly<Record<string, unknown>> | undefined>;
  /** What lies there of wheels, of bytecode and of what is not done. */
  readonly left: () => readonly string[];
}

async function open(context: TestContext): Promise<House> {
  const house = await openPackageHome(context);
  const { belljar, home, index } = house;
  return {
    ...house,
    lockOf: async (files) => {
      const file = makeWheel({ name: 'acme', files, headers: ['License-Expression: MIT'] });
      index.setProject({ name: 'acme', files: [{ file, uploadTime: '2020-01-01T00:00:00Z' }] });
      const { lock, verdict } = await belljar.packages.plan({ requirements: ['acme'], ...asker });
      assert.ok(lock !== undefined, verdict);
      return lock.digest;
    },
    acquire: async (lock) => {
      using lease = await belljar.environments.acquire({ lock, asker });
      return lease.environment.key;
    },
    lastEntry: async (action) => (await belljar.record.tail({ action, limit: 1 }))[0]?.details,
    left: () => ['half', 'wheels', 'bytecode', 'built'].flatMap((name) => filesBelow(join(home, 'environments', name))),
  };
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name));
}

interface Case {
  readonly what: string;
  readonly policy: string;
  readonly files?: Record<string, string | Buffer>;
  readonly code: ErrorCode;
  readonly message: RegExp;
  /** What stands on the record of it. */
  readonly entry: readonly [action: string, details: Readonly<Record<string, unknown>>];
}

const cases: readonly Case[] = [
  {
    what: 'takes longer than the policy gives it',
    policy: 'limits: { buildTime: 1ms }',
    code: 'BUILD_LIMIT',
    message: /^building the environment took longer than 1 ms/,
    entry: ['environment.build-failed', { code: 'BUILD_LIMIT', limit: 'packages.limits.buildTime' }],
  },
  {
    what: 'has more files than the policy lets an environment have',
    policy: 'build: { files: 7 }',
    files: Object.fromEntries(Array.from({ length: 4 }, (_, at) => [`acme/m${at}.py`, 'x = 1\n'])),
    code: 'BUILD_LIMIT',
    message: /^the environment would have 10 files; the limit is 7, and acme alone has 10/,
    entry: ['environment.build-failed', { code: 'BUILD_LIMIT', limit: 'packages.build.files', package: 'acme' }],
  },
  {
    what: 'has a wheel of more files than that, of which none is unpacked',
    policy: 'build: { files: 20 }',
    files: Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`acme/m${at}.txt`, ''])),
    code: 'WHEEL_REFUSED',
    message: /acme-1\.0-py3-none-any\.whl is refused: .*files/,
    entry: ['environment.build-failed', { code: 'WHEEL_REFUSED' }],
  },
  {
    what: 'is larger than the policy lets it be, which is seen once its wheels are open',
    policy: 'limits: { installedBytes: 1MB }',
    files: { ...plain, 'acme/data.bin': Buffer.alloc(2_000_000, 'data') },
    code: 'POLICY_DENIED',
    message: /on disk; the limit is 1 MB/,
    entry: ['environment.refused', { rules: ['packages.limits.installedBytes'] }],
  },
];

describe('a build that goes past a limit of the policy', needs(root, bubblewrap, python, uvWheel), () => {
  for (const { what, policy, files = plain, code, message, entry } of cases) {
    it(`is ended where it ${what}; nothing is left, and without the limit it is built`, async (context) => {
      const { lockOf, acquire, setPolicy, lastEntry, left } = await open(context);
      const lock = await lockOf(files);
      await setPolicy(`  ${policy}\n`);
      await assert.rejects(acquire(lock), (error) => {
        assert.ok(error instanceof BelljarError);
        assert.equal(error.code, code, error.message);
        assert.match(error.message, message);
        assert.notEqual(error.hint, '');
        return true;
      });
      const [action, details] = entry;
      const told = await lastEntry(action);
      for (const [name, value] of Object.entries(details)) assert.deepEqual(told?.[name], value, name);
      const kept =
        code === 'BUILD_LIMIT' ? left().filter((path) => !/environments\/(?:wheels|bytecode)\//.test(path)) : left();
      assert.deepEqual(kept, []);
      await setPolicy('');
      assert.match(await acquire(lock), /^[0-9a-f]{64}$/);
      assert.equal(await lastEntry('environment.uncompiled'), undefined);
    });
  }

  it('is refused where it has more packages than the policy lets a plan have', async (context) => {
    const { lockOf, acquire, setPolicy, belljar, index, left } = await open(context);
    for (const name of ['one', 'two']) {
      const file = makeWheel({ name, headers: ['License-Expression: MIT'] });
      index.setProject({ name, files: [{ file, uploadTime: '2020-01-01T00:00:00Z' }] });
    }
    await setPolicy('  limits: { packages: 1 }\n');
    const { verdict, lock, reasons } = await belljar.packages.plan({ requirements: ['one', 'two'], ...asker });
    assert.equal(verdict, 'deny');
    assert.deepEqual(
      reasons.filter((each) => each.verdict === 'deny').map(({ rule, message }) => `${rule}: ${message}`),
      ['packages.limits.packages: the plan has 2 packages; the limit is 1'],
    );
    if (lock !== undefined)
      await assert.rejects(acquire(lock.digest), { code: 'POLICY_DENIED', message: /2 packages/ });
    assert.deepEqual(left(), []);
    assert.match(await acquire(await lockOf(plain)), /^[0-9a-f]{64}$/);
  });

  const bombs: readonly (readonly [what: string, policy: string, module: string, message: RegExp])[] = [
    ['memory', 'build: { memory: 256MiB }', doubling('f', 18), /takes more memory than is let in: 256 MiB/],
    [
      'processor time',
      'build: { cpuTime: 3s }',
      Array.from({ length: 24 }, (_, at) => doubling(`f${at}`, 16)).join(''),
      /takes longer than is let in: 3 s/,
    ],
  ];
  for (const [what, policy, module, message] of bombs) {
    it(`has no bytecode of a module that takes all ${what} to compile, which is on the record`, async (context) => {
      const { lockOf, acquire, setPolicy, lastEntry, left } = await open(context);
      await setPolicy(`  ${policy}\n`);
      await acquire(await lockOf({ ...plain, 'acme/bomb.py': module, 'acme/last.py': 'y = 2\n' }));
      const told = await lastEntry('environment.uncompiled');
      const [first] = told?.['modules'] as readonly Record<string, string>[];
      assert.deepEqual([told?.['count'], first?.['package'], first?.['path']], [1, 'acme', 'acme/bomb.py']);
      assert.match(first?.['message'] ?? '', message);
      const compiled = left().filter((path) => path.includes('/built/') && path.endsWith('.pyc'));
      const names = new Set(compiled.map((path) => path.replace(/^.*\/|\..*$/g, '')));
      assert.deepEqual(names, new Set(['__init__', 'last']));
    });
  }
});

describe('acquire() with a deadline', needs(root, bubblewrap, python, uvWheel), () => {
  it('tells that it is still being built, and goes on building', async (context) => {
    const { lockOf, acquire, belljar, index, lastEntry } = await open(context);
    const lock = await lockOf(plain);
    const { promise: until, resolve: letGo } = Promise.withResolvers<undefined>();
    index.misbehave('*', ...Array.from({ length: 10 }, () => ({ kind: 'held', until }) as const));
    const late = belljar.environments.acquire({ lock, asker, deadlineMs: 1 });
    await assert.rejects(late, { code: 'STILL_BUILDING', details: { lock, deadlineMs: 1 } });
    assert.equal(await lastEntry('environment.built'), undefined);
    letGo(undefined);
    assert.match(await acquire(lock), /^[0-9a-f]{64}$/);
    assert.notEqual(await lastEntry('environment.built'), undefined);
  });

  it('builds nothing any more when Belljar is closed', async (context) => {
    const { lockOf, belljar, index, left, openAnother } = await open(context);
    const lock = await lockOf(plain);
    index.misbehave(
      '*',
      ...Array.from({ length: 10 }, () => ({ kind: 'held', until: new Promise(() => undefined) }) as const),
    );
    await assert.rejects(belljar.environments.acquire({ lock, asker, deadlineMs: 1 }), { code: 'STILL_BUILDING' });
    await belljar.close();
    assert.deepEqual(left(), []);
    const after = await openAnother();
    assert.equal(await after.environments.has({ lock, asker }), false);
  });
});
