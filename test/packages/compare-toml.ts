import { readToml, type TomlNode, TomlProblem } from '../../src/packages/toml/index.ts';
import { askPackaging } from '../policy/packaging-reference.ts';
import type { SeededRandom } from '../policy/random.ts';
import { type Comparison, wishReference } from './compare-wish.ts';
import { randomToml } from './toml-corpus.ts';

interface Theirs {
  readonly ok: boolean;
  readonly value?: unknown;
}

/** Reads random texts here and with Python's tomllib: the same are taken, with the same values. */
export async function compareToml(random: SeededRandom, count: number): Promise<Comparison> {
  const texts = Array.from({ length: count }, () => randomToml(random));
  const questions = texts.map((text) => ({ ask: 'toml', text }));
  const answers = await askPackaging<Theirs>(questions, wishReference);
  const differences = texts.flatMap((text, index) => {
    const [ours, theirs] = [read(text), answers[index]];
    return JSON.stringify(sorted(ours)) === JSON.stringify(sorted(theirs)) ? [] : [{ text, ours, theirs }];
  });
  return { asked: count, taken: texts.filter((text) => read(text).ok).length, refused: {}, differences };
}

function read(text: string): Theirs {
  try {
    return { ok: true, value: tagged(readToml(text)) };
  } catch (error) {
    if (error instanceof TomlProblem) return { ok: false };
    throw error;
  }
}

/** As the Python program tags values: JSON has fewer kinds than TOML. */
function tagged(node: TomlNode): unknown {
  if (node.kind === 'list') return node.items.map(tagged);
  if (node.kind === 'table') {
    return Object.fromEntries([...node.entries].map(([key, value]) => [key, tagged(value)]));
  }
  if (node.kind === 'float') return ['float', Number.isNaN(node.value) ? 'nan' : node.value];
  return [node.kind, String(node.value).slice(0, node.kind === 'moment' ? 10 : undefined)];
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    const [kind, text] = value as unknown[];
    if (kind === 'float' && typeof text === 'string' && value.length === 2) return ['float', readHex(text)];
    if (kind === 'float' && typeof text === 'number' && value.length === 2) return ['float', String(text)];
    return value.map(sorted);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, each]) => [key, sorted(each)]);
}

/** Python's `float.hex()`, which loses nothing. */
function readHex(text: string): string {
  const parts = /^(-?)0x([01])\.?([0-9a-f]*)p([+-]\d+)$/.exec(text);
  if (parts === null) return text === 'inf' ? 'Infinity' : text.replace('-inf', '-Infinity').replace('nan', 'nan');
  const [, sign = '', whole = '', fraction = '', exponent = ''] = parts;
  const mantissa = Number(whole) + (fraction === '' ? 0 : Number.parseInt(fraction, 16) / 16 ** fraction.length);
  return String((sign === '-' ? -1 : 1) * mantissa * 2 ** Number(exponent));
}
