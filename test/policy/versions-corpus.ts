import type { SeededRandom } from './random.ts';

/** Versions as published, of the kinds that have tripped programs over. */
export const realVersions: readonly string[] = [
  '0.0.0',
  '0',
  '1',
  '1.0',
  '1.0.0',
  '1.0.0.0',
  '2.31.0',
  '1.26.4',
  '2.2.3',
  '3.9.2',
  '0.24.0rc1',
  '3.0.0rc2',
  '1.0b2',
  '18.9b0',
  '0.45b0',
  '0.60b1',
  '2.1.0+cpu',
  '2.1.0+cu118',
  '2.1.0+cu121',
  '1.13.1+rocm5.2',
  '0.1.dev0',
  '0.1.dev20230101',
  '1.0.dev456',
  '1.0a1',
  '1.0a2.dev456',
  '1.0a12.dev456',
  '1.0a12',
  '1.0b1.dev456',
  '1.0b2.post345.dev456',
  '1.0b2.post345',
  '1.0rc1.dev456',
  '1.0rc1',
  '1.0+abc.5',
  '1.0+abc.7',
  '1.0+5',
  '1.0.post456.dev34',
  '1.0.post456',
  '1.1.dev1',
  '2023.3.post1',
  '2023.7.22',
  '2024.1',
  '2004d',
  '2013.6',
  '1!0.1',
  '1!1.0',
  '1!2023.3.post1',
  '2!1.0.dev1',
  '0.0.0.dev0',
  '4.0.0.dev202309',
  '8.0.0a7',
  '5.0.0b1',
  '0.2.0-rc.1',
  '1.2.3-4',
  '1.0.0-alpha',
  '1.0-1',
  '1.0.0.RC1',
  '1.0-SNAPSHOT',
  '1.0.0-beta.2',
  'v1.0',
  'V2.0.1',
  '1.0.post',
  '1.0rev3',
  '1.0-r4',
  '1.0c3',
  '1.0pre1',
  '1.0preview2',
  '1.0_alpha_1',
  '1.0.a.1',
  '1.0dev',
  '01.02.03',
  '1.00',
  '2020.02.20',
  '20.04',
  '1e10',
  '1.0.1.2.3.4.5',
  '0.9.9.9',
  '99999999999999999999.1',
  '1.18446744073709551616',
  '9007199254740993',
  '9007199254740992',
  '1.0+ubuntu-1',
  '1.0+ubuntu.1',
  '1.0+ubuntu_01',
  '1.0+0',
  '1.0+00',
  '1.0+a.0.b',
  '1.0+9007199254740993',
  '',
  ' ',
  '1.0.',
  '.1',
  '1..0',
  '1.0+',
  '1.0+-',
  '1.0+a+b',
  'dev',
  'latest',
  'main',
  'x.y',
  '1.0-',
  '1!',
  '!1',
  '1.0.*',
  '==1.0',
  '1.0 beta',
  '1,0',
  '１.0',
  '1.0\u00e4',
  'unknown',
];

/** Specifiers as published. */
export const realSpecifiers: readonly string[] = [
  '',
  '>=1.0',
  '>=1.21,<2',
  '>=3.8',
  '~=2.2',
  '~=1.4.5',
  '~=2.2.post3',
  '~=1.4.5a4',
  '~=2.2.0',
  '==1.*',
  '==1.0.*',
  '!=1.5.*',
  '==2.1.0',
  '==2.1.0+cpu',
  '!=2.1.0+cpu',
  '>1.0',
  '<1.0',
  '<=1.0',
  '>1.0.post1',
  '<1.0.post1',
  '>1.0a1',
  '<1.0a1',
  '>1.0.dev1',
  '<1.0.dev1',
  '>=1.0rc1',
  '===1.0',
  '===2.1.0+CPU',
  '=== 1.0-SNAPSHOT',
  '===latest',
  '===',
  '>=2,!=2.0.1,!=2.0.2,<3',
  '<3,>=2,!=2.1.*',
  '>=1!1.0',
  '==1!1.*',
  '~=1!1.2',
  '>=0.dev0',
  '<0',
  '<0.dev0',
  '<=0.dev0',
  '>=0',
  ',',
  ',>=1',
  '>=1,',
  '>= 1 , < 2',
  ' >=1',
  '>=1 ',
  '>=\t1',
  '>=v1.0',
  '==V1.0',
  '==01.0',
  '==1.00',
  '>=1.0-1',
  '==1.0.post',
  '==1.0-alpha.1',
  '==1.0.*.*',
  '==1.0a1.*',
  '==1.0.dev1.*',
  '==1.0+cpu.*',
  '>=1.*',
  '~=1',
  '~=1.*',
  '~=1.0+cpu',
  '>=1.0+cpu',
  '<1.0+cpu',
  '=>1',
  '=1.0',
  '==',
  '>=',
  '1.0',
  '>=1 <2',
  '>=1;<2',
  '>>1',
  '<>1',
  '!==1',
  '==*',
  '== 1 0',
  '===1 0',
  '===1;0',
  '===1)',
  '>=99999999999999999999',
  '<9007199254740993',
  '==9007199254740993.*',
  '~=9007199254740992.1',
  '==1.0+ubuntu-1',
  '!=1.0',
  '!=1.0.post1',
  '!=1.0a1',
  '==1.0.dev0',
];

const spaces = [
  '',
  '',
  '',
  '',
  '',
  ' ',
  '  ',
  '\t',
  '\n',
  '\u00a0',
  '\u2003',
  '\u001c',
  '\u0085',
  '\ufeff',
  '\u200b',
] as const;

/** A version in one of its many spellings; now and then one that is none. */
export function randomVersion(random: SeededRandom): string {
  if (random.chance(0.1)) return random.pick(realVersions);
  const parts = [
    random.chance(0.08) ? 'v' : '',
    random.chance(0.1) ? `${random.below(3)}!` : '',
    randomRelease(random),
    random.chance(0.3) ? randomSegment(random, ['a', 'b', 'c', 'rc', 'alpha', 'beta', 'pre', 'preview']) : '',
    random.chance(0.2) ? randomPost(random) : '',
    random.chance(0.2) ? randomSegment(random, ['dev']) : '',
    random.chance(0.15) ? `+${randomLocal(random)}` : '',
  ];
  const text = random.chance(0.1) ? parts.join('').toUpperCase() : parts.join('');
  return damage(random, random.chance(0.05) ? random.pick(spaces) + text + random.pick(spaces) : text);
}

export function randomSpecifiers(random: SeededRandom): string {
  if (random.chance(0.1)) return random.pick(realSpecifiers);
  const clauses = Array.from({ length: 1 + (random.chance(0.3) ? random.below(3) : 0) }, () => randomClause(random));
  return clauses.join(random.pick([',', ',', ', ', ' ,', ' , ']));
}

/** Versions near each other, so that comparing them means something. */
export function neighbour(random: SeededRandom, version: string): string {
  const endings = [
    '',
    '.0',
    '.0.0',
    '.1',
    'a0',
    'a1',
    'rc1',
    '.post0',
    '.post1',
    '.dev0',
    '.dev1',
    '+l',
    '+l.1',
    '+1',
    '.post1.dev2',
    'a1.post1',
    'a1.dev1',
  ];
  return random.pick([version, version.replace(/\+.*$/, '')]) + random.pick(endings);
}

function randomClause(random: SeededRandom): string {
  const operator = random.pick(['===', '~=', '==', '!=', '<=', '>=', '<', '>', '==', '!=', '~=', '<', '>']);
  const prefix = (operator === '==' || operator === '!=') && random.chance(0.35);
  const version = prefix ? `${randomRelease(random)}.*` : randomVersion(random);
  return damage(random, `${operator}${random.pick(spaces)}${version}`);
}

function randomRelease(random: SeededRandom): string {
  const length = random.pick([1, 2, 2, 3, 3, 3, 4, 6]);
  return Array.from({ length }, () => randomNumber(random)).join('.');
}

function randomNumber(random: SeededRandom): string {
  if (random.chance(0.03))
    return random.pick([
      '9007199254740991',
      '9007199254740992',
      '9007199254740993',
      '340282366920938463463374607431768211456',
    ]);
  if (random.chance(0.05)) return `0${random.below(12)}`;
  return String(random.below(random.pick([2, 3, 12])));
}

function randomSegment(random: SeededRandom, words: readonly string[]): string {
  const separator = random.pick(['', '', '.', '-', '_']);
  return `${separator}${random.pick(words)}${random.pick(['', '', '.', '-', '_'])}${random.chance(0.8) ? randomNumber(random) : ''}`;
}

function randomPost(random: SeededRandom): string {
  return random.chance(0.2) ? `-${randomNumber(random)}` : randomSegment(random, ['post', 'rev', 'r']);
}

function randomLocal(random: SeededRandom): string {
  const length = 1 + random.below(3);
  const part = (): string => random.pick([randomNumber(random), 'ubuntu', 'cpu', 'A', 'b2', '1a']);
  return Array.from({ length }, part).join(random.pick(['.', '-', '_']));
}

/** One character too many, too few or other than it was, so that what is refused is compared as well. */
function damage(random: SeededRandom, text: string): string {
  if (!random.chance(0.08)) return text;
  const at = random.below(text.length + 1);
  const character = random.pick([
    '.',
    '-',
    '+',
    '!',
    '*',
    ' ',
    'a',
    '=',
    '~',
    ',',
    '\u0661',
    '\u00e9',
    ')',
    ';',
    '0',
    '\n',
  ]);
  return text.slice(0, at) + random.pick([character, '']) + text.slice(at + random.below(2));
}
