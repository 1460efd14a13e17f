import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  evaluateMarker,
  formatMarker,
  type MarkerEnvironment,
  markerEnvironment,
  type MarkerPlace,
  parseMarker,
} from './index.ts';

// Thousands of markers more are held against Python's packaging in test/packages.

const linux = markerEnvironment({ pythonVersion: '3.12.4', system: 'linux', machine: 'x86_64', release: '6.8.0' });

function formatted(text: string, place?: MarkerPlace): string {
  const reading = parseMarker(text, place);
  assert.ok(reading.ok, reading.ok ? '' : `${text}: ${reading.message}`);
  return formatMarker(reading.marker);
}

function holds(text: string, environment: Partial<MarkerEnvironment> = {}): boolean {
  const reading = parseMarker(text, 'lock');
  assert.ok(reading.ok, reading.ok ? '' : `${text}: ${reading.message}`);
  return evaluateMarker(reading.marker, { ...linux, ...environment });
}

describe('formatMarker()', () => {
  it('gives equal markers one spelling', () => {
    const table: Readonly<Record<string, string>> = {
      "python_version>='3.9'": 'python_version >= "3.9"',
      ' ( ( os.name == "nt" ) ) ': 'os_name == "nt"',
      '"win" in sys.platform': '"win" in sys_platform',
      "'a\"b' == platform_version": "'a\"b' == platform_version",
      'os_name == "a" and (os_name == "b" and os_name == "c")': 'os_name == "a" and os_name == "b" and os_name == "c"',
      '(os_name == "a" and os_name == "b") or os_name == "c"': 'os_name == "a" and os_name == "b" or os_name == "c"',
      'os_name == "a" and (os_name == "b" or os_name == "c")': 'os_name == "a" and (os_name == "b" or os_name == "c")',
      'os_name=="a"and"b"not \t in os_name': 'os_name == "a" and "b" not in os_name',
      'python_implementation == "CPython"': 'platform_python_implementation == "CPython"',
      'extra == "Foo_Bar"': 'extra == "foo-bar"',
    };
    for (const [text, expected] of Object.entries(table)) {
      assert.equal(formatted(text), expected);
      assert.equal(formatted(expected), expected);
    }
  });
});

describe('parseMarker()', () => {
  it('refuses what is no marker, and says what is missing where', () => {
    const table: Readonly<Record<string, RegExp>> = {
      '': /missing where the marker ends/,
      os_name: /comparison .* missing/,
      'os_name ==': /text in quotes is missing/,
      'os_name == nt': /“nt” is no name/,
      'os_name == "nt': /missing at “"nt”/,
      'os_name = "nt"': /comparison/,
      'os_name == "nt" xor os_name == "a"': /“and”, “or” or its end is missing at “xor/,
      'os_name == "a" and': /missing where/,
      '(os_name == "a"': /“\)” is missing/,
      'os_name == "a")': /its end is missing at “\)”/,
      'not os_name == "a"': /“not” is no name/,
      '"a" notin os_name': /comparison/,
      '"a" == "b"': /one name of the environment with one text/,
      'os_name == sys_platform': /one name of the environment with one text/,
      'os_name == "a\\"': /no “\\”/,
      'os_name == "é"': /characters/,
      'os_name ~= "1"': /is no version/,
      'python_version ~= "3"': /no version specifier/,
      'python_version === "3 1"': /no version specifier/,
      "extras == 'a'": /“extras” is no name/,
    };
    for (const [text, expected] of Object.entries(table)) {
      const reading = parseMarker(text);
      assert.ok(!reading.ok, text);
      assert.match(reading.message, expected, text);
    }
    const deep = parseMarker(`${'('.repeat(99)}os_name == "a"${')'.repeat(99)}`);
    assert.match(deep.ok ? '' : deep.message, /nested/);
    const long = parseMarker(`os_name == "${'a'.repeat(5000)}"`);
    assert.match(long.ok ? '' : long.message, /long/);
  });

  it('knows the names of extras only where they mean something', () => {
    for (const [text, places] of Object.entries({
      'extra == "a"': ['metadata', 'lock'],
      '"a" in extras': ['lock'],
      '"a" not in dependency_groups': ['lock'],
      'os_name == "a"': ['wish', 'metadata', 'lock'],
    })) {
      const taken = (['wish', 'metadata', 'lock'] as const).filter((place) => parseMarker(text, place).ok);
      assert.deepEqual(taken, places, text);
    }
    assert.equal(parseMarker('extras == "a"', 'lock').ok, false);
    assert.equal(parseMarker('extras in "a"', 'lock').ok, false);
  });
});

describe('evaluateMarker()', () => {
  it('compares versions as versions and everything else as text', () => {
    for (const text of [
      'python_version >= "3.9"',
      '"3.9" < python_version',
      'python_version ~= "3.0"',
      'python_version == "3.*"',
      'python_full_version === "3.12.4"',
      'python_version in "3.11 3.12"',
      '"linux" in sys_platform',
      'platform_release >= "6"',
      'os_name >= "posix"',
      'platform_machine not in "arm64 aarch64"',
      'implementation_name == "cpython" and platform_system == "Linux"',
    ]) {
      assert.ok(holds(text), text);
    }
    for (const text of [
      'python_version < "3.9"',
      '"3.9" > python_version',
      'python_version == "3.1"',
      'python_version >= "nonsense"',
      'os_name > "a"',
      'os_name < "z"',
      'platform_version == "x"',
      'python_version >= "3.9,<4"',
      'sys_platform == "Linux"',
    ]) {
      assert.ok(!holds(text), text);
    }
  });

  it('binds “and” closer than “or”', () => {
    assert.ok(holds('os_name == "posix" or os_name == "a" and os_name == "b"'));
    assert.ok(!holds('(os_name == "posix" or os_name == "a") and os_name == "b"'));
  });

  it('compares extras as names, and is false for them where nobody asked', () => {
    assert.ok(holds('extra == "Foo.Bar"', { extra: 'foo_bar' }));
    assert.ok(!holds('extra == "foo"'));
    assert.ok(holds('"A_b" in extras', { extras: ['a-b'] }));
    assert.ok(!holds('"a" in dependency_groups'));
    assert.ok(holds('"a" not in dependency_groups'));
  });

  it('reads a Python that was built between two releases', () => {
    assert.ok(holds('python_full_version >= "3.13.0"', { python_full_version: '3.13.0+' }));
  });
});

describe('markerEnvironment()', () => {
  it('says of each system what Python says there', () => {
    const of = (system: 'linux' | 'macos' | 'windows'): string[] => {
      const { os_name, sys_platform, platform_system, python_version } = markerEnvironment({
        pythonVersion: '3.10.14',
        system,
        machine: 'arm64',
      });
      return [os_name, sys_platform, platform_system, python_version];
    };
    assert.deepEqual(of('linux'), ['posix', 'linux', 'Linux', '3.10']);
    assert.deepEqual(of('macos'), ['posix', 'darwin', 'Darwin', '3.10']);
    assert.deepEqual(of('windows'), ['nt', 'win32', 'Windows', '3.10']);
    const pypy = { pythonVersion: '3.10.14', system: 'linux', machine: 'x86_64', implementation: 'pypy' } as const;
    assert.equal(markerEnvironment(pypy).platform_python_implementation, 'PyPy');
  });
});
