import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { EventKind, RangeEvent } from './advisory.ts';
import { AffectedVersions } from './affected-versions.ts';

const kinds: Readonly<Record<string, EventKind>> = {
  '+': 'introduced',
  '-': 'fixed',
  '=': 'last_affected',
  '!': 'limit',
};

/** `+1.0 -1.2` as the events of a range. */
function events(text: string): RangeEvent[] {
  return text.split(' ').map((each) => ({ kind: kinds[each.charAt(0)] ?? 'limit', version: each.slice(1) }));
}

function affects(ranges: readonly string[], versions: readonly string[] = []): (version: string) => boolean {
  const affected = new AffectedVersions([{ ranges: ranges.map(events), versions }]);
  return (version) => affected.find(version).length > 0;
}

function check(isAffected: (version: string) => boolean, inside: readonly string[], outside: readonly string[]): void {
  for (const version of inside) assert.ok(isAffected(version), `${version} is affected`);
  for (const version of outside) assert.ok(!isAffected(version), `${version} is not affected`);
}

test('find() begins a range with its introduction and ends it before its fix', () => {
  const range = affects(['+1.0 -1.2']);
  check(
    range,
    ['1.0', '1.0.0', '1.1', '1.2rc1', '1.2.dev0', '1.1.post1'],
    ['0.9', '1.0rc1', '1.2', '1.2.0', '2', '1!1.1'],
  );
});

test('find() takes the introduction 0 for the time before all versions', () => {
  check(affects(['+0 -1']), ['0', '0.dev0', '0a1', '1.dev0'], ['1']);
  check(affects(['+0.0 -1']), ['0', '0.0.1'], ['0.dev0']);
});

test('find() counts the last affected version in, and nothing behind it', () => {
  check(affects(['+0 =1.5']), ['1.5', '1.5.0', '1.5rc1'], ['1.5.post1', '1.5.1']);
});

test('find() leaves an open range open', () => {
  check(affects(['+2.0']), ['2.0', '99999!1'], ['1.9']);
});

test('find() sorts the events of a range by their versions', () => {
  const range = affects(['-4.0 +3.0 -2.0 +1.0']);
  check(range, ['1.0', '1.9', '3.0', '3.9'], ['0.9', '2.0', '2.9', '4.0']);
});

test('find() keeps events of one version in the order in which they are written', () => {
  check(affects(['+0 -1.0 +1.0 -2.0']), ['0.9', '1.0', '1.9'], ['2.0']);
  check(affects(['+1.0 -1.0']), [], ['0.9', '1.0', '1.1']);
});

test('find() lets a limit end what is known, and the widest limit count', () => {
  check(affects(['+0 !2.0']), ['1.9'], ['2.0', '3']);
  check(affects(['+0 !2.0 !3.0']), ['2.0'], ['3.0']);
  check(affects(['+0 !*']), ['99'], []);
  check(affects(['+0 !1.0 !*']), ['99'], []);
});

test('find() needs one range of several, or one listed version', () => {
  const both = affects(['+1 -2', '+3 -4'], ['7.0', 'r2004d']);
  check(both, ['1.5', '3.5', '7', '7.0.0', 'r2004d'], ['2.5', '4', '7.0.1']);
});

test('find() lists nothing by a range without introduction, nor by no range at all', () => {
  check(affects(['-1.0']), [], ['0.5', '1.0']);
  check(affects([]), [], ['1.0']);
});

test('find() takes a local version for what its public version is', () => {
  check(affects(['+0 =2.0.1']), ['2.0.1+cu118', '2.0+cpu'], ['2.0.2+cu118']);
  check(affects([], ['2.0.1']), ['2.0.1+cu118'], ['2.0.2+cu118']);
  check(affects(['+0 -2.0.1']), ['2.0+cpu'], ['2.0.1+cpu']);
  check(affects([], ['2.0+evil']), ['2.0+evil', '2.0+EVIL'], ['2.0', '2.0+good']);
});

test('find() counts every range against a text that is no version', () => {
  check(affects(['+1 -2']), ['2004d', 'latest', ''], []);
  check(affects([], ['1.0', '2004d']), ['2004d'], ['2004e', 'latest']);
});

test('find() tells which of several advisories it is', () => {
  const several = [['+0 -1'], ['+0.5 -2'], ['+3']].map((ranges) => ({ ranges: ranges.map(events), versions: [] }));
  const affected = new AffectedVersions(several);
  assert.deepEqual(
    ['0.1', '0.7', '1.5', '2.5', '3'].map((version) => affected.find(version)),
    [[0], [0, 1], [1], [], [2]],
  );
});

test('find() knows numbers beyond what JavaScript counts', () => {
  const range = affects(['+20230101000000000001 -20230101000000000003']);
  check(range, ['20230101000000000001', '20230101000000000002'], ['20230101000000000000', '20230101000000000003']);
});
