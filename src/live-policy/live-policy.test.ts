import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, chown, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { needs, root } from '../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { BelljarError, type ErrorCode } from '../errors.ts';
import { LivePolicy } from './live-policy.ts';
import { parseDefaultPolicy } from '../policy/index.ts';
import { type FileProblem, formatProblem } from '../yaml/index.ts';

const strict = 'version: 1\npackages: {default: deny}\n';
const mild = 'version: 1\npackages: {default: ask}\n';
const wrong = 'version: 1\npackages: {defualt: ask}\n';

test('LivePolicy takes the built-in policy where no file is named and the home has none', async (t) => {
  const home = await temporaryFolder(t);
  using live = await LivePolicy.open({ home, env: {} });
  assert.equal(live.current.origin, 'built-in');
  assert.equal(live.current.source, 'built-in policy');
  assert.equal(live.current.hash, parseDefaultPolicy().hash);
});

test('LivePolicy never looks at the current folder', async (t) => {
  const folder = await temporaryFolder(t);
  await write(folder, strict);
  const before = process.cwd();
  process.chdir(folder);
  t.after(() => process.chdir(before));
  using live = await LivePolicy.open({ home: await temporaryFolder(t), env: {} });
  assert.equal(live.current.origin, 'built-in');
});

test('LivePolicy prefers the named file to BELLJAR_POLICY, and that to the home', async (t) => {
  const home = await temporaryFolder(t);
  const inHome = await write(home, strict);
  const other = await temporaryFolder(t);
  const inEnvironment = await write(other, mild, 'environment.yaml');
  const named = await write(other, 'version: 1\n', 'named.yaml');
  const env = { BELLJAR_POLICY: inEnvironment };
  const originAndSource = async (options: Parameters<typeof LivePolicy.open>[0]): Promise<string[]> => {
    using live = await LivePolicy.open(options);
    return [live.current.origin, live.current.source];
  };
  assert.deepEqual(await originAndSource({ file: named, env, home }), ['option', named]);
  assert.deepEqual(await originAndSource({ env, home }), ['environment', inEnvironment]);
  assert.deepEqual(await originAndSource({ env: {}, home }), ['home', inHome]);
  assert.deepEqual(await originAndSource({ env: { BELLJAR_POLICY: '' }, home }), ['home', inHome]);
});

test('LivePolicy refuses a file that was named and is not there, or is no file', async (t) => {
  const home = await temporaryFolder(t);
  await assert.rejects(LivePolicy.open({ file: join(home, 'none.yaml'), home }), hasCode('INPUT_UNREADABLE'));
  await assert.rejects(
    LivePolicy.open({ env: { BELLJAR_POLICY: join(home, 'none.yaml') }, home }),
    hasCode('INPUT_UNREADABLE'),
  );
  await assert.rejects(LivePolicy.open({ file: home, home }), hasCode('INPUT_UNREADABLE'));
});

test('LivePolicy refuses a broken policy at the start, with all its problems', async (t) => {
  const home = await temporaryFolder(t);
  await write(home, `${wrong}runtime: {limits: {memory: lots}}\n`);
  await assert.rejects(LivePolicy.open({ home, env: {} }), (error: unknown) => {
    assert.ok(error instanceof BelljarError);
    assert.equal(error.code, 'POLICY_INVALID');
    assert.match(
      error.message,
      /belljar\.policy\.yaml:2:12: .*did you mean “default”\?\n.*yaml:3:28: runtime\.limits\.memory: /,
    );
    assert.equal((error.details['problems'] as FileProblem[]).length, 2);
    return true;
  });
});

test('LivePolicy refuses a file that others may write to, and takes it once they may not', async (t) => {
  const home = await temporaryFolder(t);
  const path = await write(home, strict);
  for (const mode of [0o620, 0o602, 0o666]) {
    await chmod(path, mode);
    await assert.rejects(LivePolicy.open({ home, env: {} }), (error: unknown) => {
      assert.ok(error instanceof BelljarError);
      assert.equal(error.code, 'POLICY_INVALID');
      assert.equal(error.hint, `Run: chmod go-w ${path}`);
      return true;
    });
  }
  await chmod(path, 0o644);
  using live = await LivePolicy.open({ home, env: {} });
  assert.equal(live.current.policy.packages.default, 'deny');
});

test('LivePolicy refuses a policy in a folder where others may put another in its place', async (t) => {
  const folder = await temporaryFolder(t);
  const [near, far] = [join(folder, 'near'), join(folder, 'far')];
  for (const each of [near, far]) await mkdir(each);
  const path = join(near, 'link.yaml');
  await symlink(await write(far, strict), path);
  const opensWell = async (): Promise<void> => {
    using live = await LivePolicy.open({ file: path });
    assert.equal(live.current.policy.packages.default, 'deny');
  };
  await opensWell();
  for (const each of [near, far]) {
    for (const mode of [0o770, 0o707]) {
      await chmod(each, mode);
      await assert.rejects(LivePolicy.open({ file: path }), {
        code: 'POLICY_INVALID',
        hint: `Run: chmod go-w ${each}`,
      });
    }
    await chmod(each, 0o1777);
    await opensWell();
  }
});

test('LivePolicy refuses a policy of another user, or in a folder of another user', needs(root), async (t) => {
  const home = await temporaryFolder(t);
  const path = await write(home, strict);
  for (const each of [path, home]) {
    await chown(each, 12_345, 12_345);
    await assert.rejects(LivePolicy.open({ home, env: {} }), { code: 'POLICY_INVALID', message: /uid 12345/ });
    await chown(each, 0, 0);
  }
  using live = await LivePolicy.open({ home, env: {} });
  await chown(path, 12_345, 12_345);
  await live.reload();
  assert.match(formatProblem(live.problems[0]!), /belongs to uid 12345/);
  assert.equal(live.current.policy.packages.default, 'deny');
});

test('LivePolicy names a byte order mark, text that is not UTF-8, and a file that is too large', async (t) => {
  const home = await temporaryFolder(t);
  const contents = [
    [Buffer.from('\ufeffversion: 1\n'), /byte order mark/],
    [Buffer.from([0x76, 0xff, 0xfe]), /not UTF-8/],
    [Buffer.alloc(1024 * 1024 + 1, 0x20), /larger than 1048576 bytes/],
  ] as const;
  for (const [content, message] of contents) {
    const path = await write(home, content);
    await assert.rejects(LivePolicy.open({ file: path }), { code: 'POLICY_INVALID', message });
  }
});

test('LivePolicy takes a policy that is renamed into place', async (t) => {
  const home = await temporaryFolder(t);
  const path = await write(home, strict);
  using live = await LivePolicy.open({ home, env: {} });
  const before = live.current;
  const changed = once(live, 'changed');
  const draft = await write(home, mild, 'draft');
  await rename(draft, path);
  const [current, previous] = (await changed) as [typeof before, typeof before];
  assert.equal(current.policy.packages.default, 'ask');
  assert.equal(previous, before);
  assert.equal(live.current, current);
});

test('LivePolicy keeps the old policy while the file is broken, says what is wrong, and takes the mended one', async (t) => {
  const home = await temporaryFolder(t);
  const path = await write(home, strict);
  using live = await LivePolicy.open({ home, env: {} });
  const before = live.current;

  const broken = once(live, 'broken');
  await write(home, wrong);
  const [problems] = (await broken) as [FileProblem[]];
  assert.deepEqual(problems.map(formatProblem), live.problems.map(formatProblem));
  assert.ok(problems[0] && formatProblem(problems[0]).startsWith(`${path}:2:12: `));
  assert.equal(live.current, before);

  const mended = once(live, 'changed');
  await write(home, mild);
  await mended;
  assert.equal(live.current.policy.packages.default, 'ask');
  assert.deepEqual(live.problems, []);
});

test('LivePolicy keeps the old policy when the file is gone or others may write to it', async (t) => {
  const home = await temporaryFolder(t);
  const path = await write(home, strict);
  using live = await LivePolicy.open({ home, env: {} });
  const unguarded = once(live, 'broken');
  await chmod(path, 0o666);
  await live.reload();
  assert.match(JSON.stringify(await unguarded), /chmod go-w/);
  const gone = once(live, 'broken');
  await rm(path);
  assert.match(JSON.stringify(await gone), /ENOENT/);
  assert.equal(live.current.policy.packages.default, 'deny');
});

test('LivePolicy takes a policy that appears in a home that had none', async (t) => {
  const home = await temporaryFolder(t);
  using live = await LivePolicy.open({ home, env: {} });
  const changed = once(live, 'changed');
  const path = await write(home, strict);
  await changed;
  assert.deepEqual([live.current.origin, live.current.source], ['home', path]);
});

test('LivePolicy sees a change of the file that a link leads to', async (t) => {
  const home = await temporaryFolder(t);
  const elsewhere = await temporaryFolder(t);
  const target = await write(elsewhere, strict, 'target.yaml');
  await symlink(target, join(home, 'belljar.policy.yaml'));
  using live = await LivePolicy.open({ home, env: {} });
  const changed = once(live, 'changed');
  await write(elsewhere, mild, 'target.yaml');
  await changed;
  assert.equal(live.current.policy.packages.default, 'ask');
});

test('LivePolicy says nothing when the meaning is the same, nor after it was closed', async (t) => {
  const home = await temporaryFolder(t);
  await write(home, strict);
  const live = await LivePolicy.open({ home, env: {} });
  const events: string[] = [];
  live.on('changed', () => events.push('changed')).on('broken', () => events.push('broken'));
  await write(home, `# a comment\n${strict}`);
  await live.reload();
  assert.deepEqual(events, []);
  await write(home, mild);
  await live.reload();
  assert.deepEqual(events, ['changed']);
  live.close();
  await write(home, wrong);
  await live.reload();
  assert.deepEqual(events, ['changed']);
});

test('LivePolicy misses no change that comes while it opens', async (t) => {
  const home = await temporaryFolder(t);
  for (let round = 0; round < 40; round++) {
    await write(home, strict);
    const draft = await write(home, mild, 'draft');
    const opening = LivePolicy.open({ home, env: {} });
    // At another moment in each round: before it is watched, before it is read, after it was.
    for (let turn = 0; turn < round % 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    await rename(draft, join(home, 'belljar.policy.yaml'));
    using live = await opening;
    if (live.current.policy.packages.default === 'deny') await once(live, 'changed');
    assert.equal(live.current.policy.packages.default, 'ask');
  }
});

test('LivePolicy survives listeners that throw: the others hear, and so does the next change', async (t) => {
  const home = await temporaryFolder(t);
  await write(home, strict);
  using live = await LivePolicy.open({ home, env: {} });
  const heard: string[] = [];
  live.on('changed', () => {
    throw new Error('a listener’s own defect');
  });
  live.on('broken', () => {
    throw new Error('another’s');
  });
  live.on('changed', ({ policy }) => heard.push(policy.packages.default)).on('broken', () => heard.push('broken'));
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  for (const content of [mild, wrong, strict]) {
    await write(home, content);
    await live.reload();
  }
  assert.deepEqual(heard, ['ask', 'broken', 'deny']);
  const warning = await warned;
  assert.match(warning.message, /a listener of the policy threw at “changed”: Error: a listener’s own defect/);
});

test('LivePolicy that sees a change by itself survives a listener that throws, too', async (t) => {
  const home = await temporaryFolder(t);
  await write(home, strict);
  using live = await LivePolicy.open({ home, env: {} });
  live.once('changed', () => {
    throw new Error('once');
  });
  for (const content of [mild, strict]) {
    const changed = once(live, 'changed');
    await write(home, content);
    await changed;
  }
  assert.equal(live.current.policy.packages.default, 'deny');
});

test('LivePolicy does not take the built-in policy where the home’s is a link that leads nowhere', async (t) => {
  const home = await temporaryFolder(t);
  const target = join(home, 'target.yaml');
  await symlink(target, join(home, 'belljar.policy.yaml'));
  await assert.rejects(LivePolicy.open({ home, env: {} }), hasCode('INPUT_UNREADABLE'));
  await write(home, strict, 'target.yaml');
  using live = await LivePolicy.open({ home, env: {} });
  assert.equal(live.current.origin, 'home');
});

async function write(folder: string, content: string | Uint8Array, name = 'belljar.policy.yaml'): Promise<string> {
  const path = join(folder, name);
  // In one step, so that no half-written file is ever read.
  await writeFile(`${path}.new`, content, { mode: 0o644 });
  await rename(`${path}.new`, path);
  return path;
}

function hasCode(code: ErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof BelljarError && error.code === code;
}
