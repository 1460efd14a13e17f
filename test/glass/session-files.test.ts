import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';

import { BelljarError } from '../../src/errors.ts';
import {
  ArtifactWatch,
  type FileChannel,
  type Session,
  type SessionEvent,
  SessionFiles,
} from '../../src/sessions/index.ts';
import { openTestLine, openTestSession, runInSession } from '../support/glass.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';

const megabyte = 1024 * 1024;

/** As large as a file may be here, and almost nothing of it is there. */
const sparseGiant = 'open("giant", "wb").truncate(100 << 20)';

describe('Session.files', needs(root, bubblewrap, python), () => {
  it('writes what a run reads, and reads what a run wrote', async () => {
    await using session = await openTestSession();
    assert.equal(await session.files.write('data/in.txt', 'from outside'), 12);
    const code = 'text = open("data/in.txt").read()\nopen("out.txt", "w").write(text.upper())';
    assert.equal((await runInSession(session, code)).code, 0);
    assert.equal((await session.files.readAll('out.txt', { maxBytes: 100 })).toString(), 'FROM OUTSIDE');
    assert.deepEqual(await namesIn(session, ''), ['data', 'out.txt', 'test.py']);
  });

  it('carries megabytes both ways without a change', async () => {
    await using session = await openTestSession();
    const content = randomBytes(3 * megabyte + 17);
    const pieces = Array.from({ length: 32 }, (_, index) => content.subarray(index * 100_000, (index + 1) * 100_000));
    assert.equal(await session.files.write('big.bin', pieces), content.length);
    const digest = createHash('sha256');
    for await (const piece of session.files.read('big.bin')) digest.update(piece);
    assert.equal(digest.digest('hex'), createHash('sha256').update(content).digest('hex'));
    const middle = await collect(session.files.read('big.bin', { offset: megabyte, maxBytes: 700_000 }));
    assert.ok(middle.equals(content.subarray(megabyte, megabyte + 700_000)));
  });

  it('works while a run goes on', async () => {
    await using session = await openTestSession();
    const running = runInSession(session, 'import os, time\nwhile not os.path.exists("stop"): time.sleep(0.01)');
    await session.files.write('stop', '');
    assert.equal((await running).code, 0);
  });

  it('fetches nothing before it is wanted', async () => {
    const { line, session } = await openTestLine();
    await using _session = session;
    assert.equal((await runInSession(session, sparseGiant)).code, 0);
    let asked = 0;
    let taken = 0;
    const channel: FileChannel = { ask: (question) => ((asked += 1), line.asks.ask(question)) };
    for await (const piece of new SessionFiles(channel).read('giant')) {
      taken = piece.length;
      break;
    }
    assert.deepEqual([asked, taken], [1, megabyte / 2]);
  });

  it('bounds what it takes into memory', async () => {
    await using session = await openTestSession();
    assert.equal((await runInSession(session, sparseGiant)).code, 0);
    await assert.rejects(session.files.readAll('giant', { maxBytes: megabyte }), refusal('FILE_REFUSED', 'large'));
    await assert.rejects(session.files.write('a', 'too much', { maxBytes: 3 }), refusal('FILE_REFUSED', 'large'));
    assert.deepEqual(await namesIn(session, ''), ['giant', 'test.py']);
  });

  it('refuses links, pipes and folders, and waits for none of them', async () => {
    await using session = await openTestSession();
    const code = `import os
os.symlink("/etc/passwd", "link"); os.symlink("/etc", "way"); os.mkfifo("pipe"); os.mkdir("folder")
open("control", "w").write("seen")`;
    assert.equal((await runInSession(session, code)).code, 0);
    for (const path of ['link', 'way/passwd', 'pipe', 'folder']) {
      await assert.rejects(collect(session.files.read(path)), refusal('FILE_REFUSED', 'kind'), path);
    }
    assert.equal((await collect(session.files.read('control'))).toString(), 'seen');
    assert.equal((await session.files.stat('link')).kind, 'link');
  });

  it('replaces a link where it writes, and removes it where it removes', async () => {
    await using session = await openTestSession();
    await runInSession(session, 'import os\nopen("kept", "w").write("kept")\nos.symlink("kept", "link")');
    await session.files.write('link', 'new');
    assert.equal((await collect(session.files.read('kept'))).toString(), 'kept');
    await runInSession(session, 'import os\nos.remove("link")\nos.symlink("kept", "link")');
    await session.files.remove('link');
    assert.deepEqual(await namesIn(session, ''), ['kept', 'test.py']);
  });

  it('says that a file was changed while it was read', async () => {
    await using session = await openTestSession();
    await session.files.write('log', Buffer.alloc(megabyte));
    const reading = session.files.read('log');
    await reading.next();
    await runInSession(session, 'open("log", "ab").write(b"more")');
    await assert.rejects(reading.next(), refusal('FILE_REFUSED', 'changed'));
  });

  it('leaves nothing of what did not fit, or was given up', async () => {
    await using session = await openTestSession({ diskBytes: 4 * megabyte });
    await assert.rejects(session.files.write('big', Buffer.alloc(8 * megabyte)), refusal('FILE_REFUSED', 'space'));
    const abort = new AbortController();
    async function* content(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(megabyte);
      abort.abort();
      yield Buffer.alloc(megabyte);
    }
    await assert.rejects(session.files.write('big', content(), { signal: abort.signal }), { code: 'CANCELLED' });
    const code = 'import os\nprint(os.listdir("."), os.statvfs(".").f_bfree * 4096 > 3_900_000)';
    assert.equal((await runInSession(session, code)).stdout, "['test.py'] True\n");
    assert.equal(await session.files.write('fits', Buffer.alloc(3 * megabyte)), 3 * megabyte);
  });

  it('lists a folder of thousands, page by page, in one order', async () => {
    await using session = await openTestSession();
    const code = `import os
os.mkdir("many")
for index in range(2345): open(f"many/{index:05}-\\uff5e", "w").close()
open("many/\\U0001f600", "w").close(); open("many/\\uff5e", "w").close()
open(b"many/\\xff", "w").close(); open("many/new\\nline", "w").close()`;
    assert.equal((await runInSession(session, code)).code, 0);
    const names = await namesIn(session, 'many');
    assert.equal(names.length, 2347);
    assert.deepEqual(names.slice(-2), ['\uff5e', '\u{1f600}']);
  });

  it('removes a folder with all that is in it only where that is said', async () => {
    await using session = await openTestSession();
    await session.files.write('a/b/c', 'x');
    await assert.rejects(session.files.remove('a'), refusal('FILE_REFUSED', 'exists'));
    await session.files.remove('a', { isWhole: true });
    await assert.rejects(session.files.stat('a'), { code: 'FILE_NOT_FOUND' });
    await session.files.makeFolder('x/y');
    assert.equal((await session.files.stat('x/y')).kind, 'folder');
  });

  it('says so where the code has left no process to do it, and goes on when it has', async () => {
    await using session = await openTestSession({ processes: 8 });
    const fill = `import os, signal, time
children = []
try:
    while True:
        child = os.fork()
        if child == 0:
            time.sleep(60)
            os._exit(0)
        children.append(child)
except OSError:
    pass`;
    assert.equal((await session.run(fill).result).outcome.status, 'ok');
    await assert.rejects(session.files.stat(''), { code: 'RUNNER_REFUSED' });
    const release = 'for child in children:\n    os.kill(child, signal.SIGKILL)\n    os.waitpid(child, 0)';
    assert.equal((await session.run(release).result).outcome.status, 'ok');
    assert.equal((await session.files.stat('')).kind, 'folder');
  });

  it('passes no path on that leads elsewhere', async () => {
    await using session = await openTestSession();
    for (const path of ['../etc/passwd', '/etc/passwd', 'a/../b', '', 'a\0b', 'x'.repeat(5000), '.', 'a//b']) {
      await assert.rejects(collect(session.files.read(path)), { code: 'USAGE' }, JSON.stringify(path));
    }
  });

  it('ends with its session', async () => {
    const session = await openTestSession();
    await session.close();
    await assert.rejects(session.files.stat('a'), { code: 'SESSION_CLOSED' });
  });
});

describe('ArtifactWatch', needs(root, bubblewrap, python), () => {
  it('tells what a run left, and nothing twice', async () => {
    const { line, session } = await openTestLine();
    await using _session = session;
    await runInSession(session, 'open("old", "w").write("old")');
    const watch = new ArtifactWatch(line.asks);
    assert.deepEqual((await watch.look()).artifacts, []);
    await runInSession(session, 'import os\nos.remove("old"); os.mkdir("out"); open("out/a.csv", "w").write("a,b\\n")');
    const { artifacts, more } = await watch.look();
    assert.equal(more, 0);
    assert.deepEqual(artifacts, [
      { path: 'old', change: 'removed' },
      {
        path: 'out/a.csv',
        change: 'new',
        bytes: 4,
        mediaType: 'text/csv',
        sha256: createHash('sha256').update('a,b\n').digest('hex'),
      },
      await changedScript(session),
    ]);
    assert.deepEqual((await watch.look()).artifacts, []);
  });
});

describe('a cell', needs(root, bubblewrap, python), () => {
  it('tells what it left before it is done, and the next one tells nothing of it', async () => {
    await using session = await openTestSession();
    const told = await Array.fromAsync(session.run('open("a.txt", "w").write("a")\nopen("b.txt", "w").write("b");'));
    const types = told.map(({ type }) => type);
    assert.deepEqual(artifactsIn(told), ['new a.txt', 'new b.txt']);
    assert.ok(types.lastIndexOf('artifact') < types.indexOf('done'));
    assert.deepEqual(artifactsIn(await Array.fromAsync(session.run('1 + 1'))), []);
    const { artifacts } = await session.run('import os; os.remove("a.txt"); open("b.txt", "w").write("c");').result;
    assert.deepEqual(
      artifacts?.map(({ path, change }) => `${change} ${path}`),
      ['removed a.txt', 'changed b.txt'],
    );
  });

  it('is not told to have left what its host wrote, or a script', async () => {
    await using session = await openTestSession();
    await session.files.write('from-host', 'x');
    await runInSession(session, 'open("from-script", "w").close()');
    assert.deepEqual(artifactsIn(await Array.fromAsync(session.run('open("mine", "w").close()'))), ['new mine']);
    await session.files.write('from-host', 'y');
    assert.deepEqual(artifactsIn(await Array.fromAsync(session.run('1'))), []);
  });

  it('tells what it left before it took its interpreter with it', async () => {
    await using session = await openTestSession();
    await session.run('1').result;
    const told = await Array.fromAsync(session.run('import os; open("last", "w").write("x"); os._exit(3)'));
    assert.deepEqual(artifactsIn(told), ['new last']);
  });

  it('tells a hundred files one by one, and how many more there are', async () => {
    await using session = await openTestSession();
    const told = await Array.fromAsync(session.run('for i in range(250): open(f"f{i}", "w").close()'));
    assert.equal(artifactsIn(told).length, 100);
    const more = told.find((event) => event.type === 'more_artifacts');
    assert.equal(more?.count, 150);
  });
});

function artifactsIn(events: readonly SessionEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'artifact' ? [`${event.change} ${event.path}`] : []));
}

/** The script itself is written to the workspace with each run. */
async function changedScript(session: Session): Promise<unknown> {
  const content = await collect(session.files.read('test.py'));
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { path: 'test.py', change: 'changed', bytes: content.length, mediaType: 'text/x-python', sha256 };
}

async function namesIn(session: Session, folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of session.files.list(folder)) names.push(name);
  return names;
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}

function refusal(code: string, why: string): (error: unknown) => boolean {
  return (error) => error instanceof BelljarError && error.code === code && error.details['why'] === why;
}
