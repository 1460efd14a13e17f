import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parsePolicy } from './parse-policy.ts';
import { formatProblem } from '../yaml/index.ts';

function problemsOf(section: string): string[] {
  const reading = parsePolicy(`version: 1\n${section}\n`, 'p');
  return reading.ok ? [] : reading.problems.map(formatProblem);
}

test('a limit above its maximum is named where the file states it', () => {
  const table: readonly [section: string, problem: string][] = [
    [
      'runtime: {limits: {memory: 8GiB}}',
      'p:2:28: runtime.limits.memory: contradicts itself: a run would get 8 GiB, more than the maximum of 4 GiB',
    ],
    [
      'runtime: {maximum: {wallTime: 10s}}',
      'p:2:31: runtime.maximum.wallTime: contradicts itself: a run would get 1 min, more than the maximum of 10 s',
    ],
    [
      'runtime: {limits: {cpus: 3}, maximum: {cpus: 2.5}}',
      'p:2:26: runtime.limits.cpus: contradicts itself: a run would get 3, more than the maximum of 2.5',
    ],
  ];
  for (const [section, problem] of table) assert.deepEqual(problemsOf(section), [problem]);
  assert.deepEqual(problemsOf('runtime: {limits: {memory: 8GiB}, maximum: {memory: 8GiB}}'), []);
});

test('a wrong value elsewhere hides no contradiction, and is no contradiction itself', () => {
  assert.equal(problemsOf('runtime: {unknown: 1, limits: {memory: 8GiB, cpus: x}, maximum: 5}').length, 4);
  assert.equal(problemsOf('runtime: {limits: {memory: lots}, maximum: {memory: 1MiB}}').length, 1);
});

test('what is required cannot be taken off as well', () => {
  const [problem] = problemsOf('runtime: {required: [disk-limit], notRequired: [own-uid, disk-limit]}');
  assert.equal(problem, 'p:2:58: runtime.notRequired[1]: contradicts itself: “disk-limit” is also in runtime.required');
  assert.deepEqual(problemsOf('runtime: {required: [disk-limit], notRequired: [own-uid, memory-limit]}'), []);
});

test('hosts cannot be opened to code that may open no socket to the proxy', () => {
  const opened = 'network: {allow: [{host: a.example.org}]}';
  const [problem] = problemsOf(`runtime: {${opened}, guards: {sockets: [unix, internet]}}`);
  assert.match(problem ?? '', /runtime\.guards\.sockets\[1\]: contradicts itself: runtime\.network\.allow opens hosts/);
  assert.deepEqual(problemsOf(`runtime: {${opened}, guards: {sockets: [unix]}}`), []);
  assert.deepEqual(problemsOf('runtime: {guards: {sockets: [internet]}}'), []);
});

test('a missing fact cannot be milder than what the fact could have led to', () => {
  const table: readonly [mild: string, fact: string, excused: string][] = [
    ['licences: {deny: [GPL-*]}', 'licence', 'licences: {ask: [GPL-*]}'],
    ['licences: {default: deny}', 'licence', 'licences: {default: ask}'],
    ['releaseAge: {verdict: deny}', 'uploadTime', 'releaseAge: {verdict: ask}'],
    ['sources: {allow: [default]}', 'source', 'sources: {allow: ["*"]}'],
    ['sources: {only: [{package: a, index: b}]}', 'source', 'sources: {}'],
    ['advisories: {high: deny}', 'severity', 'advisories: {critical: ask, high: ask}'],
    ['limits: {verdict: deny}', 'size', 'limits: {verdict: ask}'],
    ['prereleases: deny', 'version', 'prereleases: ask'],
    ['yanked: deny', 'files', 'yanked: ask, sourceDistributions: ask'],
    ['inspection: {startupFiles: deny}', 'inspection', 'limits: {verdict: ask}'],
  ];
  for (const [mild, fact, excused] of table) {
    const [problem, ...more] = problemsOf(`packages: {${mild}, missing: {${fact}: ask}}`);
    assert.match(problem ?? '', new RegExp(`packages\\.missing\\.${fact}: is too mild`), mild);
    assert.deepEqual(more, []);
    assert.deepEqual(problemsOf(`packages: {${mild}, missing: {${fact}: deny}}`), [], mild);
    assert.deepEqual(problemsOf(`packages: {${excused}, missing: {${fact}: ask}}`), [], excused);
  }
});

test('hash and advisories may be asked about, as nothing is denied for what they say', () => {
  assert.deepEqual(problemsOf('packages: {missing: {hash: ask, advisories: ask}}'), []);
});

test('a test has exactly one thing that it is about', () => {
  assert.match(problemsOf('tests: [{name: a, expect: deny}]')[0] ?? '', /exactly one of given, facts, action, run$/);
  assert.match(problemsOf('tests: [{name: a, expect: deny, given: a, action: run}]')[0] ?? '', /not given and action$/);
  assert.deepEqual(problemsOf('tests: [{name: a, expect: deny, action: run}]'), []);
});
