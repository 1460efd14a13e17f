import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ArtifactWatch } from './artifact-watch.ts';
import { type FileChannel, SessionFiles } from './session-files.ts';

/** A sandbox that says whatever it likes. */
function answering(...answers: readonly unknown[]): FileChannel & { readonly asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    ask: ({ what, about }) => {
      asked.push({ what, ...(about as object) });
      return Promise.resolve(answers[Math.min(asked.length, answers.length) - 1]);
    },
  };
}

const piece = { ok: true, bytes: 4, version: '1', data: Buffer.from('text').toString('base64') };
const page = { ok: true, entries: [], following: '', unsayable: 0, isPartial: false };
const entry = { name: 'a', kind: 'file', bytes: 1, modifiedMs: 0 };
const seen = { ok: true, artifacts: [], more: 0, isPartial: false, state: 'AAAA' };

describe('SessionFiles over a sandbox that lies', () => {
  const nonsense = [undefined, null, 7, 'text', [], {}, { ok: true }, { ok: false }, { ...piece, data: '*' }];
  for (const answer of nonsense) {
    it(`takes ${JSON.stringify(answer)} for no answer`, async () => {
      await assert.rejects(readAll(new SessionFiles(answering(answer))), { code: 'RUNNER_REFUSED' });
    });
  }

  it('takes no more than was asked for', async () => {
    const files = new SessionFiles(answering({ ...piece, bytes: 1e9 }));
    await assert.rejects(readAll(files, { maxBytes: 3 }), { code: 'RUNNER_REFUSED' });
    assert.equal((await readAll(new SessionFiles(answering(piece)), { maxBytes: 4 })).toString(), 'text');
  });

  it('reads no file that never ends by giving nothing', async () => {
    const files = new SessionFiles(answering({ ...piece, bytes: 1e9 }, { ...piece, bytes: 1e9, data: '' }));
    await assert.rejects(readAll(files), { code: 'FILE_REFUSED' });
  });

  it('reads no file that is another one meanwhile', async () => {
    const files = new SessionFiles(answering({ ...piece, bytes: 8 }, { ...piece, bytes: 8, version: '2' }));
    await assert.rejects(readAll(files), { code: 'FILE_REFUSED', message: /changed while it was read/ });
  });

  const badNames = ['../etc/passwd', 'a/b', '', '.', 'a\u202eb', 'a\n'];
  for (const name of badNames) {
    it(`passes no entry on that is called ${JSON.stringify(name)}`, async () => {
      const files = new SessionFiles(answering({ ...page, entries: [{ ...entry, name }] }));
      await assert.rejects(names(files), { code: 'RUNNER_REFUSED' });
    });
  }

  it('does not list in a circle', async () => {
    const files = new SessionFiles(answering({ ...page, entries: [entry], following: 'a' }));
    await assert.rejects(names(files), { code: 'RUNNER_REFUSED', message: /circle/ });
    assert.deepEqual(await names(new SessionFiles(answering({ ...page, entries: [entry] }))), ['a']);
  });

  it('shows no terminal sequence of a refusal', async () => {
    const files = new SessionFiles(answering({ ok: false, why: 'kind', text: 'a\u001b[2J\u202eb is a link' }));
    await assert.rejects(readAll(files), { code: 'FILE_REFUSED', message: 'a�[2J�b is a link' });
  });

  it('passes no artifact on that lies elsewhere or has no media type', async () => {
    const bad = [
      { path: '/etc/passwd' },
      { path: '../a' },
      { path: 'a', mediaType: 'text/html; x' },
      { path: 'a', sha256: 'x' },
    ];
    for (const artifact of bad) {
      const watch = new ArtifactWatch(answering({ ...seen, artifacts: [{ change: 'new', ...artifact }] }));
      await assert.rejects(watch.look(), { code: 'RUNNER_REFUSED' });
    }
    const watch = new ArtifactWatch(
      answering({ ...seen, artifacts: [{ change: 'new', path: 'a', mediaType: 'text/html' }] }),
    );
    assert.equal((await watch.look()).artifacts.length, 1);
  });
});

describe('SessionFiles.write()', () => {
  const written = { ok: true, bytes: 0 };

  it('sends even nothing as one last piece', async () => {
    const channel = answering(written);
    assert.equal(await new SessionFiles(channel).write('a', ''), 0);
    assert.deepEqual(channel.asked.map(withoutToken), [
      { what: 'write', path: 'a', offset: 0, isLast: true, data: '' },
    ]);
  });

  it('gathers small chunks and cuts large ones', async () => {
    const channel = answering(written);
    const chunks = [...Array.from({ length: 600 }, () => Buffer.alloc(1000)), Buffer.alloc(1_000_000)];
    assert.equal(await new SessionFiles(channel).write('a', chunks), 1_600_000);
    const sizes = channel.asked.map((each) => Buffer.from((each as { data: string }).data, 'base64').length);
    assert.deepEqual(sizes, [524288, 524288, 524288, 27136]);
  });

  it('takes back what was begun when the content fails, and throws what it threw', async () => {
    const channel = answering(written);
    function* content(): Generator<Uint8Array> {
      yield Buffer.alloc(1_000_000);
      throw new Error('the source failed');
    }
    await assert.rejects(new SessionFiles(channel).write('a', content()), /the source failed/);
    assert.deepEqual(
      channel.asked.map((each) => (each as { what: string }).what),
      ['write', 'discard'],
    );
  });
});

async function readAll(files: SessionFiles, options: { readonly maxBytes?: number } = {}): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const each of files.read('a', options)) pieces.push(each);
  return Buffer.concat(pieces);
}

async function names(files: SessionFiles): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of files.list()) found.push(name);
  return found;
}

function withoutToken(asked: unknown): unknown {
  const { token: _, ...rest } = asked as { readonly token: string };
  return rest;
}
