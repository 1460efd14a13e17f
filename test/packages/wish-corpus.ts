import type { SeededRandom } from '../policy/random.ts';
import { randomSpecifiers } from '../policy/versions-corpus.ts';

/** Requirements as people and tools write them. */
const realRequirements: readonly string[] = [
  'numpy',
  'NumPy >= 1.26 , < 3',
  'requests [security,tests] >= 2.8.1, == 2.8.* ; python_version < "2.7"',
  'Flask-SQLAlchemy~=3.1',
  'ruamel.yaml.clib>=0.2.7; platform_python_implementation=="CPython" and python_version<"3.13"',
  'colorama; sys_platform == "win32"',
  'typing_extensions>=4.0.0 ; python_full_version < "3.11.0a7"',
  "pywin32 (>=223) ; (sys_platform == 'win32') and (platform_machine != 'arm64')",
  'tzdata ; extra == "tz"',
  'pip @ https://host/pip.zip#sha1=da9234ee ; os_name == "nt"',
  'name@http://foo.com',
  'torch==2.4.0+cu121',
  'foo===1.0-weird',
  'importlib-metadata; "3.8" > python_version or python_version in "3.9 3.10"',
  'uvloop!=0.15.0,!=0.15.1,>=0.14.0; (sys_platform != "win32" and (sys_platform != "cygwin" and platform_python_implementation != "PyPy")) and extra == \'standard\'',
  'a-b.c_d[x_y,Z]',
  'A.B-C_D',
  'foo()',
  'foo>=1,',
  'foo[]',
];

const realMarkers: readonly string[] = [
  'python_version >= "3.8" and python_version < "4.0"',
  '(python_version < "3.10" or os.name == "nt") and "arm" not in platform_machine',
  'platform_release >= "5.10" or implementation_version ~= "3.1"',
  'extra == "Foo_Bar" or "a.b" in extras',
  '"dev" not in dependency_groups',
  'python_implementation == "CPython"',
  'python_full_version === "3.12.4"',
];

const names = ['a', 'numpy', 'Foo.Bar', 'zope_interface', 'x-y', '3to2', 'foo_', 'a.whl', 'f--o'];
const extras = ['', '', '', '[]', '[a]', '[a, B_c]', '[x,]', '[ y ]', '[a b]', ' [tests]'];
const variables = [
  'python_version',
  'python_full_version',
  'os_name',
  'sys_platform',
  'platform_machine',
  'platform_release',
  'platform_version',
  'implementation_version',
  'platform_python_implementation',
  'os.name',
  'sys.platform',
  'python_implementation',
  'extra',
  'extras',
  'dependency_groups',
];
const operators = ['==', '!=', '<', '<=', '>', '>=', '~=', '===', 'in', 'not in', 'not  in', '=', 'is'];
const values = [
  '3.8',
  '3.12',
  '3.12.4',
  '3.*',
  '4',
  'linux',
  'win32',
  'posix',
  'x86_64',
  'x86_64 arm64',
  'CPython',
  '',
  '3.8,3.9',
  ' 3.12 ',
  '3.13.0rc1',
  '6.8.0-45-generic',
  'Foo_Bar',
  'a.b',
  'a\\b',
  'a#b',
  "it's",
];
const letters = Array.from('aB3.-_ \t[](),;\'"<>=!~*+@#$\\/:%{}&|^?\n\u0430\u200b\u00e9');

export function randomRequirement(random: SeededRandom): string {
  const text = random.chance(0.25) ? random.pick(realRequirements) : composed(random);
  return random.chance(0.5) ? text : mutated(random, text);
}

export function randomMarkerText(random: SeededRandom): string {
  const text = random.chance(0.2) ? random.pick(realMarkers) : composedMarker(random, 0);
  return random.chance(0.6) ? text : mutated(random, text);
}

function composed(random: SeededRandom): string {
  const head = random.pick(names) + random.pick(extras) + (random.chance(0.3) ? ' ' : '');
  const specifiers = random.chance(0.2) ? '' : randomSpecifiers(random);
  const versions = random.chance(0.1) ? `(${specifiers})` : specifiers;
  if (random.chance(0.5)) return head + versions;
  return `${head}${versions}${random.pick([';', ' ; ', ' ;'])}${composedMarker(random, 0)}`;
}

function composedMarker(random: SeededRandom, depth: number): string {
  if (depth < 3 && random.chance(0.35)) {
    const kind = random.pick([' and ', ' or ', ') and (', ')or(']);
    const inner = `${composedMarker(random, depth + 1)}${kind}${composedMarker(random, depth + 1)}`;
    return kind.includes(')') || random.chance(0.4) ? `(${inner})` : inner;
  }
  const variable = random.pick(variables);
  const value = random.chance(0.3) ? randomSpecifiers(random).replace(/^[=~!<>\s]+|,.*$/g, '') : random.pick(values);
  const text = value.includes("'") || random.chance(0.5) ? `"${value}"` : `'${value}'`;
  const sides = random.chance(0.3) ? [text, variable] : [variable, text];
  return sides.join(random.pick([' ', ' ', '']) + random.pick(operators) + ' ');
}

/** One to three letters lost, put in, doubled or swapped. */
export function mutated(random: SeededRandom, text: string): string {
  let changed = text;
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    const at = random.below(changed.length + 1);
    const [before, here, after] = [changed.slice(0, at), changed.slice(at, at + 1), changed.slice(at + 1)];
    const change = random.below(4);
    if (change === 0) changed = before + after;
    else if (change === 1) changed = before + random.pick(letters) + here + after;
    else if (change === 2) changed = before + here + here + after;
    else changed = before + after.slice(0, 1) + here + after.slice(1);
  }
  return changed;
}
