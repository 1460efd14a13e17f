import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { BelljarError } from '../errors.ts';
import { formatProblem } from '../yaml/index.ts';
import { parseSettings, readSettings } from './read-settings.ts';

function problemsOf(text: string): string[] {
  const reading = parseSettings(text, 's.yaml');
  return reading.ok ? [] : reading.problems.map(formatProblem);
}

async function inHome(work: (home: string) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'belljar-test-'));
  try {
    await work(home);
  } finally {
    await rm(home, { recursive: true });
  }
}

test('readSettings() has an answer where there is no file', async () => {
  await inHome(async (home) => {
    const { indexes, gate, advisories } = await readSettings({ home, env: {} });
    assert.deepEqual([indexes, gate.fresh, advisories.url], [undefined, 600_000, undefined]);
  });
});

test('readSettings() reads the home’s file, and before it the one that is named', async () => {
  await inHome(async (home) => {
    await writeFile(join(home, 'belljar.settings.yaml'), 'version: 1\ngate: {fresh: 1m}\n');
    assert.equal((await readSettings({ home, env: {} })).gate.fresh, 60_000);
    const named = join(home, 'other.yaml');
    await writeFile(named, 'version: 1\ngate: {fresh: 2m}\n');
    assert.equal((await readSettings({ home, env: { BELLJAR_SETTINGS: named } })).gate.fresh, 120_000);
  });
});

test('readSettings() refuses what others may write, what leads nowhere and what is no text', async () => {
  await inHome(async (home) => {
    const path = join(home, 'belljar.settings.yaml');
    await writeFile(path, 'version: 1\n');
    await chmod(path, 0o666);
    await assert.rejects(readSettings({ home, env: {} }), { code: 'SETTINGS_INVALID', message: /others/ });
    await chmod(path, 0o644);
    assert.ok(await readSettings({ home, env: {} }));
    await writeFile(path, Buffer.from([0xff, 0xfe]));
    await assert.rejects(readSettings({ home, env: {} }), { code: 'SETTINGS_INVALID', message: /UTF-8/ });
    await rm(path);
    await symlink(join(home, 'nowhere'), path);
    await assert.rejects(readSettings({ home, env: {} }), { code: 'INPUT_UNREADABLE' });
  });
});

test('readSettings() tells all problems with their places', async () => {
  await inHome(async (home) => {
    await writeFile(join(home, 'belljar.settings.yaml'), 'version: 2\ngates: {}\n');
    const error = await readSettings({ home, env: {} }).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof BelljarError);
    assert.match(error.message, /settings\.yaml:1:10: version: must be 1\n.*settings\.yaml:2:1: .*did you mean “gate”/);
  });
});

test('an index has a name of its own, an address without a password, and all but one its projects', () => {
  const table: readonly [text: string, expected: RegExp | undefined][] = [
    ['indexes: [{name: a, url: "https://a.example/simple/"}]', undefined],
    [
      'indexes: [{name: a, url: "https://a.example/simple"}, {name: b, url: "http://b.example/", only: [b-*]}]',
      undefined,
    ],
    ['indexes: []', /must name an index/],
    ['indexes: [{name: a, url: "ftp://a.example/"}]', /http or https/],
    ['indexes: [{name: a, url: "https://me:secret@a.example/"}]', /netrc/],
    ['indexes: [{name: A B, url: "https://a.example/"}]', /small letters/],
    ['indexes: [{name: a, url: "https://a.example/", only: []}]', /must name a project/],
    [
      'indexes: [{name: a, url: "https://a.example/"}, {name: a, url: "https://b.example/", only: [b]}]',
      /has this name/,
    ],
    ['indexes: [{name: a, url: "https://a.example/"}, {name: b, url: "https://b.example/"}]', /a second index without/],
    ['advisories: {url: "https://me:secret@a.example/all.zip"}', /netrc/],
    ['indexes: {}', /must be a list/],
    ['indexes: [null]', /must be a map/],
  ];
  for (const [line, expected] of table) {
    const problems = problemsOf(`version: 1\n${line}\n`);
    if (expected === undefined) assert.deepEqual(problems, [], line);
    else assert.match(problems.join('\n'), expected, line);
    assert.ok(!problems.join('\n').includes('secret'), line);
  }
});

test('a preset has a name of small letters and something in it, and a base is one of them', () => {
  const table: readonly [text: string, expected: RegExp | undefined][] = [
    [
      'presets: {small: {requirements: [six], python: "3.12"}}\nenvironments: {base: small, sharedBy: owner}',
      undefined,
    ],
    ['presets: {small: {requirements: []}}', /must name a requirement/],
    ['presets: {host: {systemSitePackages: true}}', undefined],
    ['presets: {Small: {requirements: [six]}}', /small letters/],
    ['presets: {none: {requirements: [six]}}', /word of its own/],
    ['presets: {small: {requirements: [six]}}\nenvironments: {base: large}', /no preset is called “large”/],
    ['environments: {base: small}', /no preset is called “small”/],
    ['environments: {sharedBy: everybody}', /environments\.sharedBy/],
  ];
  for (const [line, expected] of table) {
    const problems = problemsOf(`version: 1\n${line}\n`);
    if (expected === undefined) assert.deepEqual(problems, [], line);
    else assert.match(problems.join('\n'), expected, line);
  }
});

test('a program of this machine has an absolute folder, and a path below it', () => {
  const table: readonly [text: string, expected: RegExp | undefined][] = [
    ['programs: {quarto: {folder: /opt/quarto, path: bin}, tool: {folder: /opt/tool}}', undefined],
    ['programs: {quarto: {folder: quarto}}', /must be an absolute path/],
    ['programs: {quarto: {path: bin}}', /programs\.quarto/],
    ['programs: {quarto: {folder: /opt/quarto, path: /bin}}', /below the folder/],
    ['programs: {quarto: {folder: /opt/quarto, path: ../bin}}', /below the folder/],
    ['programs: {Quarto: {folder: /opt/quarto}}', /small letters/],
    ['programs: {quarto: {folder: /opt/quarto, mode: write}}', /mode/],
  ];
  for (const [line, expected] of table) {
    const problems = problemsOf(`version: 1\n${line}\n`);
    if (expected === undefined) assert.deepEqual(problems, [], line);
    else assert.match(problems.join('\n'), expected, line);
  }
});

test('what the documentation shows can be used as it stands', async () => {
  const text = await readFile(new URL('../../docs/settings.md', import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  assert.ok(blocks.length >= 3);
  assert.deepEqual(blocks.flatMap(problemsOf), []);
});
