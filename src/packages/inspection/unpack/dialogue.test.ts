import assert from 'node:assert/strict';
import { open } from 'node:fs/promises';
import { Duplex } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { temporaryFolder } from '../../../../test/support/temporary-folder.ts';
import { makeWheel, recordLine } from '../../../../test/support/wheels.ts';
import { defaultArchiveLimits } from '../archive/index.ts';
import { parseWheelName } from '../wheel-name.ts';
import { Dialogue, type DialogueOutcome } from './dialogue.ts';
import { encodeFrame, encodeRead } from './frames.ts';

const info = 'acme-1.0.dist-info';
const { metadata } = makeWheel({ name: 'acme' });
const wheelFile = 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n';
const contents = ['x = 1\n', metadata.toString(), wheelFile];
const paths = ['acme/__init__.py', `${info}/METADATA`, `${info}/WHEEL`];

const announcement = {
  files: [...paths, `${info}/RECORD`].map((path, index) => ({
    ...{ path, isExecutable: false },
    sizeBytes: contents[index]?.length ?? 0,
  })),
  recordText: `${paths.map((path, index) => recordLine(path, contents[index] ?? '')).join('')}${info}/RECORD,,\n`,
  metadata: metadata.toString('base64'),
  wheelFile,
};
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const ready = encodeFrame('ready');
const announced = encodeFrame('announcement', json(announcement));
const data = contents.map((content, index) => encodeFrame('data', Buffer.from(content), index));
const ended = encodeFrame('end', json({}));

interface Course {
  readonly outcome: DialogueOutcome;
  /** Paths of the files that were whole. */
  readonly closed: readonly string[];
  /** What the host gave. */
  readonly given: string;
}

/** Plays a program that says this, and nothing more. */
async function play(context: TestContext, frames: readonly Buffer[]): Promise<Course> {
  const path = join(await temporaryFolder(context), 'wheel');
  writeFileSync(path, '0123456789');
  await using file = await open(path);
  const closed: string[] = [];
  let given = '';
  let current = '';
  const control = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      given += chunk.toString();
      done();
    },
  });
  for (const frame of frames) control.push(frame);
  control.push(null);
  const sink = {
    open: (opened: { path: string }) => (current = opened.path),
    write: () => undefined,
    close: () => closed.push(current),
  };
  const name = parseWheelName('acme-1.0-py3-none-any.whl')!;
  const dialogue = new Dialogue({ control, name, file, sizeBytes: 10, limits: defaultArchiveLimits, sink });
  const outcome = await dialogue.run();
  return { outcome, closed, given };
}

describe('Dialogue', () => {
  it('gives what is asked for, and takes a wheel', async (context) => {
    const frames = [ready, encodeRead(2, 3), encodeRead(9, 1), announced, ...data, ended];
    const { outcome, closed, given } = await play(context, frames);
    assert.ok(typeof outcome === 'object' && outcome.verdict === 'unpacked', JSON.stringify(outcome));
    assert.equal(outcome.wheel.name, 'acme');
    assert.deepEqual(closed, paths);
    const [order, rest] = given.split('\n');
    assert.deepEqual(JSON.parse(order ?? ''), { sizeBytes: 10, limits: defaultArchiveLimits });
    assert.equal(rest, '2349');
  });

  const lies: readonly [string, readonly Buffer[], number][] = [
    ['content before it was announced', [ready, ...data, ended], 0],
    ['an end before everything has come', [ready, announced, ...data.slice(1), ended], 0],
    ['an end that leaves out the last file', [ready, announced, ...data.slice(0, 2), ended], 2],
    ['an end without an announcement', [ready, ended], 0],
    ['two announcements', [ready, announced, announced, ...data, ended], 0],
    ['an announcement that is none', [ready, encodeFrame('announcement', json({ files: [] }))], 0],
    [
      'an announcement with more than belongs there',
      [ready, encodeFrame('announcement', json({ ...announcement, more: 1 }))],
      0,
    ],
    ['an end that is none', [ready, announced, ...data, encodeFrame('end', Buffer.from('{'))], 3],
    ['bytes behind the end of the wheel', [ready, encodeRead(8, 3)], 0],
    ['no bytes', [ready, encodeRead(8, 0)], 0],
    ['that it is there, twice', [ready, ready, announced, ...data, ended], 0],
    ['bytes that are no frame', [ready, Buffer.from('nonsense, and more of it')], 0],
  ];
  for (const [what, frames, whole] of lies) {
    it(`believes no program that says: ${what}`, async (context) => {
      const { outcome, closed } = await play(context, frames);
      assert.equal(outcome, 'nonsense');
      assert.deepEqual(closed, paths.slice(0, whole));
    });
  }

  it('tells that the program ended too early', async (context) => {
    for (const frames of [[ready], [ready, announced, ...data], [ready, announced, data[0]!.subarray(0, 10)]]) {
      assert.equal((await play(context, frames)).outcome, 'ended');
    }
  });

  it('does not blame the wheel where the program never says that it is there', async (context) => {
    for (const frames of [[], [announced, ...data, ended], [Buffer.from('Segmentation fault')]]) {
      const { outcome, closed } = await play(context, frames);
      assert.equal(outcome, 'absent');
      assert.deepEqual(closed, []);
    }
  });

  it('hears what is wrong with the wheel', async (context) => {
    const problem = { rule: 'archive.form', message: 'no archive' };
    const { outcome } = await play(context, [ready, encodeFrame('end', json({ problem }))]);
    assert.deepEqual(outcome, { verdict: 'refused', problems: [problem] });
    const forged = Buffer.from(contents[0]?.replace('1', '2') ?? '');
    const frames = [ready, announced, encodeFrame('data', forged, 0), ...data.slice(1), ended];
    const swapped = await play(context, frames);
    assert.ok(typeof swapped.outcome === 'object' && swapped.outcome.verdict === 'refused');
    assert.match(swapped.outcome.problems[0]?.message ?? '', /digest differs/);
    assert.deepEqual(swapped.closed, []);
  });
});
