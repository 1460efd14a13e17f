import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { ExitReason } from '../../sandbox/index.ts';
import { explainEnd, explainSaid, findLimit } from './explain-end.ts';
import { buildLimits } from './limits.ts';

const defaultBuildLimits = buildLimits();

const usage = { wallMs: 1, cpuMs: 1, peakMemoryBytes: 1, memoryKills: 0, refusedForks: 0 };
const ended: ExitReason = { kind: 'exited', code: 1 };

test('explainEnd() says which limit ended a build', () => {
  const cases: readonly (readonly [ExitReason, RegExp])[] = [
    [{ kind: 'memory', limitBytes: 2 ** 20 }, /more than 1 MiB of memory/],
    [{ kind: 'processes', limit: 5, code: 1 }, /more than 5 processes/],
    [{ kind: 'wallTime', limitMs: 60_000 }, /longer than 1 ?m/],
    [{ kind: 'cpuTime', limitMs: 60_000 }, /1 ?m(?:in)? of processor time/],
    [{ kind: 'output', limitBytes: 2 ** 20 }, /gave more than 1 MiB/],
    [{ kind: 'killed', by: 'whoever' }, /gave no answer/],
    [ended, /ended without an answer/],
  ];
  for (const [why, message] of cases) assert.match(explainEnd(why, usage, defaultBuildLimits), message);
});

test('explainEnd() says what it was refused before it says how it ended', () => {
  const { processes } = defaultBuildLimits;
  assert.match(explainEnd(ended, { ...usage, memoryKills: 1 }, defaultBuildLimits), /more than 2 GiB of memory/);
  const forked = explainEnd(ended, { ...usage, refusedForks: 3 }, defaultBuildLimits);
  assert.match(forked, new RegExp(`more than ${processes} processes`));
});

test('explainSaid() knows the words of backends that find no compiler', () => {
  for (const said of [
    "error: command 'gcc' failed: No such file or directory",
    "error: command 'x86_64-linux-gnu-gcc' failed: No such file or directory",
    "FileNotFoundError: [Errno 2] No such file or directory: 'cc'",
    '../meson.build:1:0: ERROR: Unknown compiler(s): [[cc], [gcc]]',
  ]) {
    assert.match(explainSaid(said), /no compiler behind the glass/);
  }
  assert.equal(explainSaid("error: command 'git' failed: No such file or directory"), '');
});

test('findLimit() names the limit of the policy that a build went past, and none where it failed by itself', () => {
  assert.equal(findLimit({ ...usage, memoryKills: 1 }), 'packages.build.memory');
  assert.equal(findLimit({ ...usage, refusedForks: 1 }), 'packages.build.processes');
  assert.equal(findLimit(usage, { kind: 'wallTime', limitMs: 1 }), 'packages.limits.buildTime');
  assert.equal(findLimit(usage, { kind: 'cpuTime', limitMs: 1 }), 'packages.build.cpuTime');
  assert.equal(findLimit(usage, ended), undefined);
  assert.equal(findLimit(usage), undefined);
});
