import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parsePolicy } from './parse-policy.ts';
import { formatProblem } from '../yaml/index.ts';

/** Every problem of a text, as `line:column path: message`. */
function problemsOf(text: string): string[] {
  const reading = parsePolicy(text, 'p.yaml');
  return reading.ok ? [] : reading.problems.map((problem) => formatProblem(problem).replace('p.yaml:', ''));
}

test('a policy may say no more than its version', () => {
  const reading = parsePolicy('version: 1\n', 'p.yaml');
  assert.ok(reading.ok);
  assert.equal(reading.policy.packages.missing.hash, 'deny');
  assert.match(reading.hash, /^[0-9a-f]{64}$/);
});

test('an unknown key is named at its own line and column, with the nearest known one', () => {
  const table: readonly [text: string, problem: string][] = [
    ['version: 1\npackges: {}\n', '2:1: packges: “packges” is not a key of a policy; did you mean “packages”?'],
    [
      'version: 1\npackages:\n  alow: []\n',
      '3:3: packages.alow: “alow” is not a key of packages; did you mean “allow”?',
    ],
    [
      'version: 1\nruntime:\n  limits:\n    memroy: 1GiB\n',
      '4:5: runtime.limits.memroy: “memroy” is not a key of runtime.limits; did you mean “memory”?',
    ],
    [
      'version: 1\npackages:\n  deny:\n    - a\n    - package: b\n      reason: c\n',
      '6:7: packages.deny[1].reason: “reason” is not a key of packages.deny[1]; known here: package, because',
    ],
    [
      'version: 1\nwaivers:\n  - {package: a, version: ==1, owner: o, reason: r, expire: 2027-01-01, expires: 2027-01-01}\n',
      '3:53: waivers[0].expire: “expire” is not a key of waivers[0]; did you mean “expires”?',
    ],
    [
      'version: 1\n__proto__: {}\n',
      '2:1: __proto__: “__proto__” is not a key of a policy; known here: version, roles, packages, runtime, plugins, waivers, tests',
    ],
  ];
  for (const [text, problem] of table) assert.deepEqual(problemsOf(text), [problem]);
});

test('every kind of wrong value is named at its own line and column', () => {
  const table: readonly [section: string, place: string, message: RegExp][] = [
    ['packages: {default: alow}', '2:21', /“alow” is not one of allow, ask, deny; did you mean “allow”/],
    ['packages: {deny: ["pandas>>2"]}', '2:19', /“>>2” is not a version specifier/],
    ['packages: {deny: ["a[b"]}', '2:19', /“\[” in the pattern “a\[b” is never closed/],
    ['packages: {deny: [-x]}', '2:19', /not a project's name/],
    ['packages: {deny: [1]}', '2:19', /must be text or a map of keys/],
    ['packages: {deny: numpy}', '2:18', /must be a list, not text/],
    ['packages: {deny: [{because: x}]}', '2:19', /is missing: text must stand here/],
    ['packages: {licences: {deny: [GLP-3.0]}}', '2:30', /not the id of an SPDX licence/],
    ['packages: {licences: {deny: ["QPL-9*"]}}', '2:30', /matches no SPDX licence/],
    ['packages: {licences: {allow: [MIT OR ISC]}}', '2:31', /list each licence by itself/],
    ['packages: {missing: {hash: allow}}', '2:28', /a missing fact is never allowed/],
    ['packages: {missing: {hash: no}}', '2:28', /must be ask or deny/],
    ['packages: {missing: {hashes: ask}}', '2:22', /did you mean “hash”/],
    ['packages: {sourceDistributions: allow}', '2:33', /must be ask or deny/],
    ['packages: {releaseAge: {minimum: 7}}', '2:34', /must be text, not the number 7/],
    ['packages: {releaseAge: {minimum: 7 days}}', '2:34', /“7 days” is not a duration/],
    ['packages: {limits: {packages: 0}}', '2:31', /must be at least 1/],
    ['packages: {limits: {packages: 1.5}}', '2:31', /must be a whole number/],
    ['packages: {limits: {downloadBytes: 1M}}', '2:36', /“1M” is not a size/],
    ['packages: {status: {quarantined: allow}}', '2:21', /“quarantined” is not a key of packages.status/],
    ['packages: {advisories: {high: null}}', '2:31', /must be one of allow, ask, deny/],
    ['roles: {guest: {}}', '2:9', /“guest” is not a key of roles/],
    ['roles: {owner: {allow: [instal]}}', '2:25', /did you mean “install”/],
    ['roles: {anonymous: {allow: [install]}}', '2:29', /can never be given to anonymous actors/],
    ['roles: {anonymous: {ask: [run, approve]}}', '2:32', /can never be given to anonymous actors/],
    ['runtime: {limits: {memory: 0}}', '2:28', /must be more than 0/],
    ['runtime: {limits: {memory: -5}}', '2:28', /not a size/],
    ['runtime: {limits: {cpus: two}}', '2:26', /must be a number, not text/],
    ['runtime: {limits: {processes: 1000001}}', '2:31', /is too large/],
    ['runtime: {limits: {wallTime: 0s}}', '2:30', /must be more than 0/],
    ['runtime: {network: {allow: [{host: 10.0.0.1}]}}', '2:36', /is not a host name/],
    ['runtime: {network: {allow: [{host: "https://x.org"}]}}', '2:36', /is not a host name/],
    ['runtime: {network: {allow: [{host: x.org, ports: [0]}]}}', '2:51', /a port is 1 to 65535/],
    ['runtime: {network: {allow: [{host: x.org, ports: []}]}}', '2:50', /must name a port/],
    ['runtime: {backends: []}', '2:21', /must name a backend/],
    ['runtime: {backends: [docker]}', '2:22', /“docker” is not one of process, container/],
    ['runtime: {notRequired: [memory]}', '2:25', /“memory” is not one of filesystem/],
    ['runtime: {bareInterpreter: ask}', '2:28', /must be one of|must be allow or deny|not one of/],
    ['plugins: {trustedSigners: [{name: a, publicKey: x}]}', '2:49', /32 bytes, in base64/],
    ['plugins: {unsigned: allow}', '2:21', /must be ask or deny/],
    ['tests: [{name: a, given: "-r x", expect: deny}]', '2:26', /option/],
    ['tests: [{name: a, given: [], expect: deny}]', '2:26', /must name a package/],
    ['tests: [{name: a, given: {package: a, licens: x}, expect: deny}]', '2:39', /did you mean “licence”/],
    ['tests: [{name: a, given: a, expect: maybe}]', '2:37', /not one of allow, ask, deny/],
    ['tests: [{name: a, given: a, expect: deny, role: boss}]', '2:49', /not one of operator/],
    ['tests: [{name: a, run: {memory: 0}, expect: deny}]', '2:33', /must be more than 0/],
    ['roles:', '2:1', /must be a map of keys, not nothing/],
  ];
  for (const [section, place, message] of table) {
    const problems = problemsOf(`version: 1\n${section}\n`);
    assert.equal(problems.length, 1, `${section}: ${problems.join(' | ')}`);
    assert.ok(problems[0]?.startsWith(`${place}: `), `${section}: ${problems[0]}`);
    assert.match(problems[0] ?? '', message);
  }
});

test('waivers need an owner, a reason, an end, and something that they lift', () => {
  const table: readonly [waiver: string, message: RegExp][] = [
    ['{package: a, version: ==1, reason: r, expires: 2027-01-01}', /waivers\[0\]\.owner: is missing/],
    ['{package: a, version: ==1, owner: o, expires: 2027-01-01}', /waivers\[0\]\.reason: is missing/],
    ['{package: a, version: ==1, owner: o, reason: r}', /waivers\[0\]\.expires: is missing/],
    ['{package: a, version: ==1, owner: "", reason: r, expires: 2027-01-01}', /owner: must not be empty/],
    ['{package: a, owner: o, reason: r, expires: 2027-01-01}', /must say what it lifts/],
    ['{package: "a*", version: ==1, owner: o, reason: r, expires: 2027-01-01}', /not a project's name/],
    ['{package: a, version: 1, owner: o, reason: r, expires: 2027-01-01}', /must be text, not the number 1/],
    ['{package: a, version: "1", owner: o, reason: r, expires: 2027-01-01}', /not a version specifier/],
    ['{package: a, sha256: abc, owner: o, reason: r, expires: 2027-01-01}', /64 hexadecimal digits/],
    ['{package: a, advisory: "*", owner: o, reason: r, expires: 2027-01-01}', /id of an advisory/],
    ['{package: a, licence: none, owner: o, reason: r, expires: 2027-01-01}', /not the id of an SPDX licence/],
    ['{package: a, version: ==1, rule: everything, owner: o, reason: r, expires: 2027-01-01}', /path of a rule/],
    ['{package: a, version: ==1, owner: o, reason: r, expires: 2027-02-29}', /is not a date/],
    ['{package: a, version: ==1, owner: o, reason: r, expires: soon}', /is not a date/],
  ];
  for (const [waiver, message] of table) {
    const problems = problemsOf(`version: 1\nwaivers:\n  - ${waiver}\n`);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', message);
  }
  assert.deepEqual(
    problemsOf('version: 1\nwaivers:\n  - {package: a, version: ==1, owner: o, reason: r, expires: 2028-02-29}\n'),
    [],
  );
});

test('all problems are told at once, in the order of the file', () => {
  const text = [
    'version: 3',
    'packages:',
    '  default: nope',
    '  unknown: 1',
    '  deny: ["a>>1", "b>>2"]',
    'runtime:',
    '  surprise: 1',
    '  limits: {memory: 64GiB, cpus: x}',
    'waivers:',
    '  - {package: a, owner: o}',
    'tests:',
    '  - {name: n, expect: deny}',
  ].join('\n');
  const places = problemsOf(text).map((problem) => problem.split(': ')[0]);
  assert.deepEqual(places, [
    '1:10',
    '3:12',
    '4:3',
    '5:10',
    '5:18',
    '7:3',
    '8:20',
    '8:33',
    '10:5',
    '10:5',
    '10:5',
    '12:5',
  ]);
});

test('problems of the text itself have their line and column', () => {
  const table: readonly [text: string, place: string, message: RegExp][] = [
    ['', '1:1', /the file is empty/],
    ['# nothing but a comment\n', '1:1', /empty|must be a map/],
    ['version: 1\npackages: [\n', '3:1', /Flow sequence/],
    ['version: 1\n\tpackages: {}\n', '2:1', /./],
    ['version: 1\npackages: {}\npackages: {}\n', '3:1', /the key stands twice/],
    ['version: 1\n---\nversion: 1\n', '2:1', /the file is one document/],
    ['version: 1\nroles: &r {}\n', '2:11', /anchors are not taken/],
    ['version: 1\nroles: *r\n', '2:8', /alias|anchor/i],
    ['version: 1\n<<: {roles: {}}\n', '2:1', /merge keys are not taken/],
    ['version: 1\nroles: !!python/object {}\n', '2:8', /Unresolved tag/],
    ['version: 1\n? [a]\n: b\n', '2:3', /a key must be plain text/],
    ['version: 1\n1: b\n', '2:1', /a key must be plain text/],
    ['version: "unclosed\n', '2:1', /Missing closing/],
    ['\ufeffversion: 1\n', '1:1', /byte order mark/],
    ['version: 1\0\n', '1:1', /NUL/],
    ['- version: 1\n', '1:1', /must be a map of keys, not a list/],
    ['just text\n', '1:1', /must be a map of keys, not text/],
  ];
  for (const [text, place, message] of table) {
    const problems = problemsOf(text);
    assert.ok(problems.length > 0, JSON.stringify(text));
    assert.ok(problems[0]?.startsWith(`${place}: `), `${JSON.stringify(text)}: ${problems.join(' | ')}`);
    assert.match(problems.join('\n'), message, JSON.stringify(text));
  }
});

test('files that are too large, too deep or made to blow up are refused without harm', () => {
  const laughs = [
    'a: &a [x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'.split('').map((name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]},`.repeat(9)}]`),
  ];
  const table: readonly [text: string, message: RegExp][] = [
    [`# ${'x'.repeat(1024 * 1024)}\nversion: 1\n`, /larger than 1048576 bytes/],
    [`x: ${'['.repeat(100_000)}`, /nested more than 64 deep/],
    [`x:\n${'  [\n'.repeat(10_000)}`, /nested more than 64 deep/],
    [`${'- '.repeat(100_000)}x`, /nested more than 64 deep/],
    [Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), /nested more than 64 deep/],
    [laughs.join('\n'), /alias|anchors/],
    ['a: 1\n'.repeat(50_000), /the key stands twice/],
  ];
  for (const [text, message] of table) {
    const problems = problemsOf(text);
    assert.match(problems.join('\n'), message);
    assert.ok(problems.length <= 51, `${problems.length} problems`);
  }
});

test('of very many problems the first are told, and how many more there are', () => {
  const keys = (indent: string): string => Array.from({ length: 60_000 }, (_, at) => `${indent}k${at}: 1`).join('\n');
  const table: readonly [text: string, last: RegExp][] = [
    [`version: 1\n${keys('')}`, /^51:1: and 59950 more problems$/],
    [`version: 1\npackages: {}\nwaivers:\n  - package: a\n${keys('    ')}`, /and \d+ more problems$/],
    [`version: 1\npackages:\n  deny:\n    - package: a\n${keys('      ')}`, /and 59950 more problems$/],
    ['a: 1\n'.repeat(50_000), /and 49949 more problems$/],
    [`version: 1\n? ${'a'.repeat(700_000)}\n: 1\n`, /“a{100}…” is not a key of a policy/],
  ];
  for (const [text, last] of table) {
    const problems = problemsOf(text);
    assert.match(problems.at(-1) ?? '', last);
    assert.ok(problems.length <= 51 && problems.every((line) => line.length < 1000));
  }
  assert.equal(problemsOf('version: 1\nk1: 1\nk2: 1\n').length, 2);
});

test('formatProblem() writes what editors jump to', () => {
  const problem = { file: 'dir/p.yaml', line: 3, column: 5, path: 'roles.owner', message: 'is wrong' };
  assert.equal(formatProblem(problem), 'dir/p.yaml:3:5: roles.owner: is wrong');
  assert.equal(formatProblem({ ...problem, path: '' }), 'dir/p.yaml:3:5: is wrong');
});

test('half of a surrogate pair is refused where it stands, and a whole one taken', () => {
  const read = (text: string) =>
    parsePolicy(`version: 1\npackages: {deny: [{package: a, because: "${text}"}]}\n`, 'p.yaml');
  const reading = read('\\ud83d');
  assert.ok(!reading.ok);
  assert.deepEqual(reading.problems.map(formatProblem), [
    'p.yaml:2:41: the text holds half of a surrogate pair, which no text can',
  ]);
  assert.ok(read('😀').ok);
});

test('what opens wheels is never given less than it takes itself', () => {
  const problem = (build: string): string => problemsOf(`version: 1\npackages: {build: {${build}}}\n`).join();
  assert.match(problem('memory: 255MiB'), /^2:\d+: packages\.build\.memory: must be at least 256MiB/);
  assert.match(problem('processes: 31'), /packages\.build\.processes: must be at least 32/);
  assert.match(problem('files: 0'), /packages\.build\.files: must be at least 1/);
  assert.equal(problem('memory: 256MiB, processes: 32, files: 1'), '');
});
