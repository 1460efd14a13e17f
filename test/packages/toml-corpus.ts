import type { SeededRandom } from '../policy/random.ts';
import { mutated } from './wish-corpus.ts';

const keys = ['a', 'b', 'c', 'a.b', 'b.c', 'a.b.c', '"a"', "'b'", '"x y"', '1', 'a . b', '""', '-_-'];
const scalars = [
  '1',
  '-0',
  '+12_3',
  '0x1F',
  '0o17',
  '0b1_0',
  '1.5',
  '-1e6',
  '6.02_1e+23',
  'inf',
  '-nan',
  'true',
  'false',
  '"text"',
  '"tab\\t\\u00e9\\U0001F600"',
  "'C:\\x'",
  '"""\nlong\\\n   text"""',
  "'''\nit''s'''",
  '""',
  '""""a"""""',
  '1979-05-27',
  '1979-05-27T07:32:00Z',
  '1979-05-27 07:32:00.999-07:00',
  '2023-02-29',
  '9223372036854775808',
  '01',
  '1__0',
  '.5',
  '"\\e"',
  '"\\x41"',
];

/** A few lines that are TOML, or nearly. */
export function randomToml(random: SeededRandom): string {
  const lines = Array.from({ length: 1 + random.below(6) }, () => randomLine(random));
  const text = lines.join(random.chance(0.1) ? '\r\n' : '\n') + (random.chance(0.5) ? '\n' : '');
  return random.chance(0.65) ? text : mutated(random, text);
}

function randomLine(random: SeededRandom): string {
  const key = random.pick(keys);
  const comment = random.chance(0.1) ? ' # why' : '';
  if (random.chance(0.2)) return `[${key}]${comment}`;
  if (random.chance(0.12)) return `[[${key}]]${comment}`;
  if (random.chance(0.05)) return comment;
  return `${key} = ${randomValue(random, 0)}${comment}`;
}

function randomValue(random: SeededRandom, depth: number): string {
  if (depth > 2 || random.chance(0.7)) return random.pick(scalars);
  const items = Array.from({ length: random.below(4) }, () => randomValue(random, depth + 1));
  if (random.chance(0.5)) {
    const separator = random.pick([', ', ',\n  ', ', # one\n', ',']);
    return `[${random.chance(0.3) ? '\n' : ''}${items.join(separator)}${random.chance(0.2) ? ',' : ''}]`;
  }
  return `{ ${items.map((item) => `${random.pick(keys)} = ${item}`).join(', ')} }`;
}
