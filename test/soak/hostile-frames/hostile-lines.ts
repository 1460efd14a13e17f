import type { SeededRandom } from '../../policy/random.ts';

/** What a hostile runner knows of the session it would deceive. */
export interface Known {
  /** The run under way; what is honestly told of it bears its own mark as text, too. */
  readonly mark: string;
  readonly others: readonly string[];
}

/** By this text it is seen under which name something was told. */
export function stamp(mark: string): string {
  return `<<${mark}>>`;
}

/** What is sent for a mark and told under another would show by its stamp. */
export function strangersIn(text: string, mark: string): string[] {
  return [...text.matchAll(/<<([0-9a-f]{16})>>/g)].map(([, each]) => each ?? '').filter((each) => each !== mark);
}

/** A frame as an honest runner sends it. */
export function honestLine(random: SeededRandom, mark: string): string {
  return JSON.stringify({ ...random.pick(shapes)(stamp(mark)), run: mark });
}

export function doneLine(mark: string): string {
  return JSON.stringify({ type: 'done', run: mark, cut: 0, how: 'finished', status: 'ok' });
}

/** A line that lies in one of many ways; with newlines of its own, at times. */
export function hostileLine(random: SeededRandom, known: Known): Buffer {
  return Buffer.from(random.pick(lies)(random, known));
}

export function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines += 1;
  return lines;
}

/** Cut at any byte, so that characters and numbers are cut too. */
export function cutAnywhere(random: SeededRandom, bytes: Buffer): Buffer[] {
  const most = bytes.length < 20_000 ? random.pick([1, 16, 4096]) : 65_536;
  const chunks: Buffer[] = [];
  for (let at = 0, size; at < bytes.length; at += size) {
    size = 1 + random.below(most);
    chunks.push(bytes.subarray(at, at + size));
  }
  return chunks;
}

type Shape = (text: string) => Readonly<Record<string, unknown>>;

const shapes: readonly Shape[] = [
  (text) => ({ type: 'stream', name: 'stdout', text }),
  (text) => ({ type: 'stream', name: 'stderr', base64: Buffer.from(`${text}é`).subarray(0, -1).toString('base64') }),
  (text) => ({ type: 'display', data: { 'text/plain': text, 'application/json': { deep: [text] } }, metadata: {} }),
  (text) => ({ type: 'display', data: { 'text/html': text }, metadata: {}, displayId: text, isUpdate: true }),
  (text) => ({ type: 'result', count: 1, data: { 'text/plain': text }, metadata: { text } }),
  (text) => ({ type: 'value', value: text }),
  (text) => ({ type: 'error', name: 'E', value: text, frames: [{ file: text, line: 1, name: text }], text }),
  (text) => ({ type: 'error', name: 'E', value: text, frames: [], text, missing: { module: 'nowhere' } }),
  () => ({ type: 'clear', wait: true }),
  (text) => ({ type: 'input', call: text, prompt: text, isPassword: false }),
];

type Lie = (random: SeededRandom, known: Known) => string | Buffer;

const values: readonly string[] = [
  ...['null', 'true', '-1', '1e999', '1e-7', '0.5', '256', '9007199254740993', '""', '"x"', '[]', '{}', 'NaN'],
  ...[
    '"\\ud800"',
    '"\\u0000"',
    '[[[[]]]]',
    '{"__proto__":{"run":"x"}}',
    '-0',
    '"ready"',
    '"done"',
    `"${'y'.repeat(5000)}"`,
  ],
];

const lies: readonly Lie[] = [
  (random, { mark }) => mutate(random, honestLine(random, mark)),
  (random, { mark }) => honestLine(random, mark).slice(0, random.below(40)),
  (random, { mark }) => replaceValue(random, honestLine(random, mark)),
  (random, { mark, others }) => nameTwice(honestLine(random, mark), random.pick([...others, '', mark])),
  (random, { others }) => honestLine(random, random.pick([...others, '0123456789abcdef', '1'])),
  (_, { others }) => doneLine(others[0] ?? 'f'.repeat(16)),
  (_, { mark }) => `${doneLine(mark)}\n${doneLine(mark)}`,
  (random, { mark }) => `${doneLine(mark)}\n${honestLine(random, mark)}`,
  (_, { mark }) => `{"type":"cut","run":"${mark}"}\n{"type":"cut","run":"${mark}"}`,
  (random) =>
    `{"type":"reply","ask":"${random.pick(['', 'a', 'f'.repeat(16)])}","isLast":${random.below(3)},"value":1}`,
  () => '{"type":"ready","protocol":2,"python":"3.11.2"}',
  (random) => random.pick(['[', '{"a":', '"', '[{"type":']).repeat(random.pick([10, 1000, 20_000])),
  (random, { mark }) =>
    `{"type":"display","data":{"x":${deep(random.pick([10, 500, 5000, 50_000]))}},"metadata":{},"run":"${mark}"}`,
  (random) => Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256))),
  (random, { mark }) => Buffer.concat([Buffer.from(honestLine(random, mark)), Buffer.from([0xc3, 0x28, 0xff])]),
  (random) => 'x'.repeat(random.pick([1, 70_000, 1_200_000])),
  (random) => '\n'.repeat(random.below(5)),
  (random, { mark }) => honestLine(random, '').repeat(random.pick([1, 2])) + mark,
  (random, { mark }) => floodOf(random, mark),
  (_, { mark }) =>
    `{"type":"lost","how":"signalled","signal":9}\n{"type":"lost","how":"exited","code":0,"run":"${mark}"}`,
  (random, { mark }) =>
    `{"type":"stream","run":"${mark}","name":"stdout","text":"x","${random.pick(['__proto__', 'constructor', 'toString'])}":{}}`,
];

function deep(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

/** Bytes are changed, dropped or doubled. */
function mutate(random: SeededRandom, line: string): Buffer {
  const bytes = [...Buffer.from(line)];
  for (let change = 1 + random.below(4); change > 0; change--) {
    const at = random.below(bytes.length);
    if (random.chance(0.5)) bytes[at] = random.below(256);
    else bytes.splice(at, random.below(3), random.below(256));
  }
  return Buffer.from(bytes);
}

function replaceValue(random: SeededRandom, line: string): string {
  const fields = [...line.matchAll(/"(\w+)":("[^"]*"|\w+)/g)];
  const field = random.pick(fields);
  return line.replace(field[0], `"${field[1]}":${random.pick(values)}`);
}

/** The last one holds, for every reader of JSON that this project uses; the stamp is that of the last one. */
function nameTwice(line: string, run: string): string {
  return `${line.slice(0, -1).replaceAll(/<<[0-9a-f]{16}>>/g, stamp(run))},"run":"${run}"}`;
}

function floodOf(random: SeededRandom, mark: string): string {
  return `${honestLine(random, mark)}\n`.repeat(random.pick([10, 500]));
}
