import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { formatWish, type PyprojectOptions, readPyproject, type WishReading } from './index.ts';

function read(text: string, options: Omit<PyprojectOptions, 'from'> = {}): WishReading {
  return readPyproject(Buffer.from(text), { from: 'pyproject.toml', ...options });
}

function wishOf(text: string, options?: Omit<PyprojectOptions, 'from'>): string[] {
  const { requirements, problems } = read(text, options);
  assert.deepEqual(problems, []);
  return formatWish(requirements).trimEnd().split('\n');
}

function problemsOf(text: string, options?: Omit<PyprojectOptions, 'from'>): string[] {
  return read(text, options).problems.map(({ line, message }) => `${line ?? '-'}: ${message}`);
}

const sample = `
[project]
name = "My.Project"
requires-python = ">=3.10"
dependencies = [
  "numpy>=2", # for the numbers
  'requests[socks]; python_version < "3.13"',
]

[project.optional-dependencies]
plot = ["matplotlib"]
web_ui = ["flask<4"]
all = ["my-project[plot,web-ui]"]

[dependency-groups]
test = ["pytest>=8", {include-group = "Lint"}]
lint = ["ruff"]
`;

describe('readPyproject()', () => {
  it('reads the dependencies with their lines, and the range of Pythons', () => {
    const { requirements, requiresPython, problems } = read(sample);
    assert.deepEqual(problems, []);
    assert.equal(requiresPython, '>=3.10');
    assert.deepEqual(
      requirements.map(({ name, extras, specifier, marker, source }) => [name, extras, specifier, marker, source.line]),
      [
        ['numpy', [], '>=2', undefined, 6],
        ['requests', ['socks'], '', 'python_version < "3.13"', 7],
      ],
    );
  });

  it('reads the extras and groups that are chosen, whatever their spelling, and what they include', () => {
    const own = ['numpy>=2', 'requests[socks] ; python_version < "3.13"'];
    assert.deepEqual(wishOf(sample, { extras: ['Web.UI'] }), ['flask<4', ...own]);
    assert.deepEqual(wishOf(sample, { extras: ['all', 'plot'] }), ['flask<4', 'matplotlib', ...own]);
    assert.deepEqual(wishOf(sample, { groups: ['test'] }), ['numpy>=2', 'pytest>=8', own[1], 'ruff']);
    assert.deepEqual(wishOf('[dependency-groups]\na = ["b"]', { groups: ['a'] }), ['b']);
  });

  it('reads nothing of what is not chosen', () => {
    assert.deepEqual(wishOf('[project]\n[project.optional-dependencies]\nx = ["./evil"]'), ['']);
    assert.deepEqual(problemsOf('[project]\n[project.optional-dependencies]\nx = ["./evil"]', { extras: ['x'] }), [
      '3: it names a path',
    ]);
  });

  it('refuses all that is wrong at once, each with its line', () => {
    const text = [
      '[project]',
      'dependencies = [',
      '  "foo @ https://host/x",',
      '  3,',
      '  "b\\u0430r",',
      '  "ok",',
      '  "two\\nlines",',
      '  "a --hash=sha256:0",',
      ']',
      'requires-python = "new"',
    ].join('\n');
    assert.deepEqual(problemsOf(text), [
      '3: it names an address',
      '4: dependencies is no list of text',
      '5: “а” (U+0430) looks like “a” and is another character',
      '7: U+000A is a control character',
      '8: “--hash” is an option; none but --hash is taken',
      '10: “new” is no range of versions',
    ]);
  });

  it('refuses files that say what only a build would tell, or nothing', () => {
    assert.deepEqual(problemsOf('[project]\ndynamic = ["version"]\ndependencies = ["a"]'), []);
    assert.match(problemsOf('[project]\ndynamic = ["dependencies"]').join(), /^2: dependencies is dynamic/);
    const extras = { extras: ['a', 'b'] };
    const dynamic = '[project]\ndynamic = ["optional-dependencies"]\noptional-dependencies = {a = [], b = []}';
    assert.deepEqual(problemsOf(dynamic), []);
    assert.match(problemsOf(dynamic, extras).join(), /^2: optional-dependencies is dynamic[^,]*$/);
    assert.match(problemsOf('[tool.black]').join(), /no table “\[project\]”/);
    assert.match(read('[tool.poetry]').problems[0]?.hint ?? '', /Poetry/);
    assert.match(problemsOf('x =').join(), /^1: a value is missing$/);
    assert.match(problemsOf('[project]\ndependencies = "a"').join(), /^2: dependencies is no list/);
  });

  it('refuses extras and groups that are not there, twice there, or include themselves', () => {
    const found = read(sample, { extras: ['plott'], groups: ['nothing-like-it'] }).problems;
    assert.deepEqual(
      found.map(({ message, hint }) => [message, hint]),
      [
        ['it has no extra “plott”', 'Did you mean plot?'],
        ['it has no dependency group “nothing-like-it”', undefined],
      ],
    );
    const twice = '[project]\n[project.optional-dependencies]\na_b = []\nA-B = []';
    assert.deepEqual(problemsOf(twice), ['4: the extra “A-B” is there twice']);
    const circle = '[dependency-groups]\na = [{include-group = "b"}]\nb = ["x", {include-group = "A"}]';
    assert.deepEqual(problemsOf(circle, { groups: ['a'] }), ['3: the dependency group “A” includes itself']);
    const odd = '[dependency-groups]\na = [{include-group = "b", also = 1}]\nb = []';
    assert.deepEqual(problemsOf(odd, { groups: ['a'] }), ['2: the dependency group “a” has what no group can have']);
    const many = Array.from({ length: 600 }, (_, at) => `g${at} = [{include-group = "g${at + 1}"}]`).join('\n');
    assert.match(problemsOf(`[dependency-groups]\n${many}`, { groups: ['g0'] }).join(), /more than 500/);
  });

  it('takes the project itself, named with extras, for nothing that an index has', () => {
    const text = '[project]\nname = "p"\n[project.optional-dependencies]\na = ["P[b]", "x"]\nb = ["p[a]", "y"]';
    assert.deepEqual(wishOf(text, { extras: ['a'] }), ['x', 'y']);
    const conditional = '[project]\nname = "p"\ndependencies = ["p[a]; os_name == \'nt\'"]';
    assert.match(problemsOf(conditional).join(), /^3: the project names itself under a condition/);
  });

  it('refuses a file that names indexes of its own', () => {
    const own = '[project]\nname = "x"\ndependencies = ["numpy"]\n';
    for (const more of [
      '[[tool.uv.index]]\nname = "a"\nurl = "https://a.example/simple"\n',
      '[tool.uv]\nextra-index-url = ["https://a.example/simple"]\n',
      '[tool.uv]\nfind-links = ["./wheels"]\n',
      '[[tool.poetry.source]]\nname = "a"\nurl = "https://a.example/simple"\n',
      '[[tool.pdm.source]]\nname = "a"\nurl = "https://a.example/simple"\n',
      '[tool.pixi.pypi-options]\nindex-url = "https://a.example/simple"\n',
      '[tool.pixi.pypi-options]\nextra-index-urls = ["https://a.example/simple"]\n',
    ]) {
      assert.match(problemsOf(`${own}${more}`).join(), /^[4-6]: tool(?:\.[\w-]+){2,3} names another index/, more);
    }
    assert.deepEqual(problemsOf(`${own}[tool.uv]\npackage = false\n`), []);
    assert.deepEqual(problemsOf(`${own}[tool.pixi.pypi-options]\nno-binary = true\n`), []);
  });

  it('refuses names that the file itself takes from somewhere else', () => {
    const text = '[project]\ndependencies = ["Acme-Core", "numpy"]\n';
    assert.deepEqual(problemsOf(`${text}[tool.uv.sources]\nacme_core = { git = "x" }\nother = { path = "y" }`), [
      '4: tool.uv.sources takes acme_core from somewhere else than the index, and that is not followed',
    ]);
    assert.match(problemsOf(`${text}[tool.poetry.dependencies]\nnumpy = {url = "x"}`).join(), /^4: tool\.poetry/);
    assert.deepEqual(problemsOf(`${text}[tool.poetry.dependencies]\nnumpy = {extras = ["x"]}`), []);
    for (const section of ['tool.poetry.group.dev.dependencies', 'tool.poetry.dev-dependencies']) {
      const found = problemsOf(`${text}[${section}]\nnumpy = {git = "x"}\nother = {git = "y"}`);
      assert.deepEqual(found, [
        `4: ${section} takes numpy from somewhere else than the index, and that is not followed`,
      ]);
      assert.deepEqual(problemsOf(`${text}[${section}]\nnumpy = ">=1"`), []);
    }
  });
});
