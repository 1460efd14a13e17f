import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

import { launcher } from '../support/cli.ts';
import { makeDeepFolder } from '../support/deep-folder.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import type { WorkspaceLaunch } from '../support/workspace-launch.ts';

const uid = 65_534;
const project = join(launcher, '..');

interface Told {
  readonly why?: { readonly kind: string; readonly what?: string; readonly limit?: number; readonly used?: number };
  readonly output?: string;
  readonly isHeld?: boolean;
  readonly diagnostics?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/** A copy that such a user can read: the project itself may lie below root's home. */
describe('the files of a workspace, as an ordinary user', needs(root, bubblewrap, python), () => {
  const folder = mkdtempSync(join(tmpdir(), 'belljar-user-files-'));
  const volumes = join(folder, 'home/volumes');
  const filesOf = (name: string): string => join(volumes, 'workspaces', name, 'files');

  before(() => {
    execFileSync('chmod', ['755', folder]);
    for (const name of [
      'src',
      'test/support',
      'test/fixtures',
      'package.json',
      'node_modules/zod',
      'node_modules/yaml',
    ]) {
      cpSync(join(project, name), join(folder, name), { recursive: true });
    }
    for (const name of ['spdx-expression-parse', 'spdx-exceptions', 'spdx-license-ids']) {
      cpSync(join(project, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
    }
    cpSync(process.execPath, join(folder, 'node'));
    mkdirSync(join(folder, 'home'));
    chownSync(join(folder, 'home'), uid, uid);
  });
  after(() => execFileSync('rm', ['-rf', '--', folder]));

  it('are a plain folder of that user’s, which keeps them', () => {
    assert.equal(run({ name: 'a', script: 'echo kept >kept' }).why?.kind, 'exited');
    const again = run({ name: 'a', script: 'cat kept; ls' });
    assert.deepEqual(again, {
      why: { kind: 'exited', code: 0 },
      output: 'kept\nkept\n',
      isHeld: false,
      diagnostics: '',
    });
    assert.equal(statSync(filesOf('a')).uid, uid);
    assert.equal(statSync(volumes).mode & 0o777, 0o700);
  });

  it('end the sandbox where they come to more bytes than their bound, soon after', () => {
    const { why } = run({ name: 'bytes', script: 'head -c 1000000000 /dev/zero >large; exec sleep 600' });
    assert.partialDeepStrictEqual(why, { kind: 'disk', what: 'bytes', limit: 16 << 20 });
    assert.ok((why?.used ?? 0) > 16 << 20);
    const { error } = run({ name: 'bytes', script: 'echo ran' });
    assert.equal(error?.code, 'WORKSPACE_UNUSABLE');
    assert.match(error.message, /full: its files take/);
  });

  it('end the sandbox where they are more than their bound', () => {
    const { why } = run({ name: 'files', script: 'i=0; while true >f$i; do i=$((i+1)); done' });
    assert.partialDeepStrictEqual(why, { kind: 'disk', what: 'files', limit: 256 });
    const { error } = run({ name: 'files', script: 'echo ran' });
    assert.match(error?.message ?? '', /holds at least \d+ files/);
    const control = run({ name: 'few', script: 'for i in 1 2 3; do : >f$i; done; sleep 0.3; ls | wc -l' });
    assert.equal(control.output, '3\n');
  });

  it('are measured once more at the end, however soon that comes', () => {
    const { why } = run({ name: 'quick', script: 'i=0; while [ $i -lt 300 ]; do true >f$i; i=$((i+1)); done' });
    assert.partialDeepStrictEqual(why, { kind: 'disk', what: 'files', limit: 256 });
  });

  it('count though they were deleted, as long as they are open', () => {
    const script = 'exec 9>large; rm large; head -c 100000000 /dev/zero >&9; exec sleep 600';
    const { why } = run({ name: 'deleted', script });
    assert.partialDeepStrictEqual(why, { kind: 'disk', what: 'bytes', limit: 16 << 20 });
    assert.equal(run({ name: 'deleted', script: 'ls | wc -l' }).output, '0\n');
  });

  it('may look like giants where they take no space', () => {
    run({ name: 'giant', script: 'true >giant' });
    truncateSync(join(filesOf('giant'), 'giant'), 100 * 2 ** 30);
    const { output, why } = run({ name: 'giant', script: 'sleep 0.3; stat -c %s giant' });
    assert.deepEqual(why, { kind: 'exited', code: 0 });
    assert.equal(output, '107374182400\n');
  });

  it('end the sandbox where folders among them keep us from measuring', () => {
    const { why } = run({ name: 'closed', script: 'mkdir closed; chmod 0 closed; exec sleep 600' });
    assert.deepEqual(why, { kind: 'disk', what: 'unreadable', limit: 0, used: 1 });
  });

  it('can be used again after that: the folders are opened at the next start', () => {
    run({ name: 'closed-deep', script: 'mkdir -p closed/inner && chmod 0 closed/inner closed' });
    const { why } = run({ name: 'closed-deep', script: 'touch closed/inner/file' });
    assert.deepEqual(why, { kind: 'exited', code: 0 });
  });

  it('are measured on their own side of a link', () => {
    writeFileSync(join(folder, 'home/large'), Buffer.alloc(32 << 20, 1));
    const { why } = run({ name: 'link', script: `ln -s ${folder}/home link; ln -s ${folder}/home/large; sleep 0.3` });
    assert.deepEqual(why, { kind: 'exited', code: 0 });
  });

  it('of one workspace cannot be seen in another', () => {
    run({ name: 'one', script: 'echo secret >secret' });
    const script = `ls -a; ls ${volumes} 2>&1; find / -name secret -not -path '/proc/*' 2>/dev/null; echo end`;
    const { output = '' } = run({ name: 'two', script });
    assert.match(output, /No such file[^]*\nend\n$/);
    assert.doesNotMatch(output, /secret/);
  });

  it('are refused where the launch requires a bound that holds', () => {
    const { error } = run({ name: 'required', script: 'echo ran', require: ['disk-limit'] });
    assert.equal(error?.code, 'SANDBOX_CAPABILITY_MISSING');
  });

  it('are swept and removed whatever was left of them', async () => {
    // Of a server in another pid namespace, for which there is nothing to look at but whether it listens.
    const left = join(volumes, 'unfinished/1-2-3-4.1');
    const living = createServer().listen(join(volumes, 'servers/1-2-3-4'));
    await once(living, 'listening');
    chownSync(join(volumes, 'servers/1-2-3-4'), uid, uid);
    mkdirSync(left);
    makeDeepFolder(left, 5000);
    execFileSync('chown', ['-R', String(uid), left]);
    run({ name: 'a', script: 'true' });
    assert.ok(existsSync(left), 'what a living server makes is its own to sweep');
    const closed = once(living, 'close');
    living.close();
    await closed;
    const dead = join(volumes, 'unfinished', `${pidNamespace()}-1-1-1.1`);
    mkdirSync(dead);
    chownSync(dead, uid, uid);
    run({ name: 'a', script: 'true' });
    assert.deepEqual(readdirSync(join(volumes, 'unfinished')), []);
  });

  function run(launch: WorkspaceLaunch): Told {
    const program = join(folder, 'test/fixtures/workspace-as-user.ts');
    const node = [
      join(folder, 'node'),
      '--disable-warning=ExperimentalWarning',
      program,
      volumes,
      JSON.stringify(launch),
    ];
    const drop = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', '--inh-caps=-all'];
    const env = { PATH: '/usr/bin:/bin', HOME: join(folder, 'home') };
    const { stdout, stderr } = spawnSync('setpriv', [...drop, ...node], { encoding: 'utf8', cwd: '/', env });
    assert.equal(stderr, '');
    return JSON.parse(stdout) as Told;
  }
});

function pidNamespace(): string {
  return /\d+/.exec(execFileSync('readlink', ['/proc/self/ns/pid'], { encoding: 'utf8' }))?.[0] ?? '';
}
