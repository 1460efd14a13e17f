import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { findInterpreter } from '../../src/environments/index.ts';
import { type LaunchSpec, ProcessBackend } from '../../src/sandbox/index.ts';
import { Volumes } from '../../src/sandbox/volumes/index.ts';
import { type RunEvent, Session, describeBundles, openSandbox } from '../../src/sessions/index.ts';
import { roomyLimits } from '../support/glass.ts';
import { bubblewrap, needs, python, root } from '../support/prerequisite.ts';
import { loopImages, mountsBelow, smallDisk, temporaryVolumes } from '../support/volumes.ts';
import { launchInWorkspace, runInWorkspace } from '../support/workspace-launch.ts';

const holder = fileURLToPath(new URL('../fixtures/hold-workspace.ts', import.meta.url));

describe('the files of a workspace', needs(root, bubblewrap, loopImages), () => {
  it('outlive the sandbox, belong to a uid of their own, and are all that is kept', async (context) => {
    const folder = temporaryVolumes(context);
    const backend = new ProcessBackend({}, { volumesFolder: folder });
    const first = await runInWorkspace(backend, { name: 'a', script: 'id -u; echo kept >kept; echo gone >/tmp/gone' });
    const again = await runInWorkspace(new ProcessBackend({}, { volumesFolder: folder }), {
      name: 'a',
      script: 'id -u; cat kept; stat -c %u kept; ls /tmp; ls -a',
    });
    const uid = first.output.trim();
    assert.equal(again.output, `${uid}\nkept\n${uid}\n.\n..\nkept\n`);
    assert.equal(String(statSync(join(folder, 'workspaces/a/image')).uid), uid);
    assert.ok(first.isHeld);
  });

  it('hold no more bytes than their bound', async (context) => {
    const backend = new ProcessBackend({}, { volumesFolder: temporaryVolumes(context) });
    const script = 'head -c 20000000 /dev/zero >large || stat -c %s large';
    const full = await runInWorkspace(backend, { name: 'a', script });
    assert.match(full.diagnostics, /No space left on device/);
    const written = Number(full.output);
    assert.ok(written > 15 << 20 && written <= 16 << 20, String(written));
    const roomy = await runInWorkspace(backend, { name: 'b', script, maxBytes: 64 << 20 });
    assert.equal(roomy.diagnostics, '', 'the control');
  });

  it('are no more than their bound', async (context) => {
    const backend = new ProcessBackend({}, { volumesFolder: temporaryVolumes(context) });
    const script = 'i=0; while [ $i -lt 500 ] && true >f$i; do i=$((i+1)); done; echo $i';
    const full = await runInWorkspace(backend, { name: 'a', script });
    assert.match(full.diagnostics, /No space left on device/);
    assert.ok(Number(full.output) > 200 && Number(full.output) <= 256, full.output);
    assert.equal((await runInWorkspace(backend, { name: 'b', script, maxFiles: 1000 })).output, '500\n', 'the control');
  });

  it('may look like giants where they take no space', needs(python), async (context) => {
    const run = await preparePython(temporaryVolumes(context));
    const code = `
import os
with open("giant", "wb") as giant: giant.truncate(100 << 20); giant.seek(99 << 20); giant.write(b"end")
found = os.stat("giant")
print(found.st_size, found.st_blocks * 512 < 1 << 20)`;
    assert.equal((await run('a', code)).stdout, `${100 << 20} True\n`);
  });

  it('cannot be devices or give rights, but programs among them can run', needs(python), async (context) => {
    const run = await preparePython(temporaryVolumes(context));
    const code = `
import os, shutil, stat, subprocess
try: os.mknod("null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
except OSError as error: print(error.strerror)
shutil.copy("/bin/true", "program"); os.chmod("program", 0o4755)
print(subprocess.run(["./program"]).returncode)
print([line.split()[2:4] for line in open("/proc/self/mounts") if " /workspace " in line])`;
    const { stdout } = await run('a', code);
    assert.match(stdout, /^Operation not permitted\n0\n\[\['ext4', 'rw,nosuid,nodev,/);
  });

  it('of one workspace cannot be seen in another, nor can what makes them', async (context) => {
    const folder = temporaryVolumes(context);
    const backend = new ProcessBackend({}, { volumesFolder: folder });
    const other = await launchInWorkspace(backend, {
      name: 'a',
      script: 'echo secret >secret; echo up; exec sleep 600',
    });
    await once(other.control, 'data');
    const script = `ls -a; ls /workspace/.. ; ls ${folder} /dev/loop* 2>&1; find / -name secret -not -path '/proc/*' 2>/dev/null`;
    const { output } = await runInWorkspace(backend, { name: 'b', script });
    assert.doesNotMatch(output, /secret|image\n/);
    assert.match(output, /cannot access '.*volumes'.*\n.*cannot access '\/dev\/loop/);
    const control = await runInWorkspace(backend, { name: 'a', script: 'cat secret' });
    assert.equal(control.output, 'secret\n');
    other.kill('the test is over');
    await other.exited;
  });

  it('are shared by two sandboxes of one workspace, under one uid', async (context) => {
    const folder = temporaryVolumes(context);
    const backend = new ProcessBackend({}, { volumesFolder: folder });
    const one = await launchInWorkspace(backend, { name: 'a', script: 'echo x >x; id -u; exec sleep 600' });
    const [uid] = (await once(one.control, 'data')) as [Buffer];
    assert.equal((await runInWorkspace(backend, { name: 'a', script: 'cat x; id -u' })).output, `x\n${uid.toString()}`);
    assert.equal(mountsBelow(folder).length, 1);
    one.kill('the test is over');
    await one.exited;
    assert.deepEqual(mountsBelow(folder), []);
  });

  it('can be opened again where their owner closed the folder to itself', async (context) => {
    const backend = new ProcessBackend({}, { volumesFolder: temporaryVolumes(context) });
    await runInWorkspace(backend, { name: 'a', script: 'echo kept >kept; chmod 0 .' });
    assert.equal((await runInWorkspace(backend, { name: 'a', script: 'cat kept' })).output, 'kept\n');
  });

  it('are not led astray by links that were planted among them', async (context) => {
    const folder = temporaryVolumes(context);
    const backend = new ProcessBackend({}, { volumesFolder: folder });
    const outside = join(folder, '../outside');
    mkdirSync(outside, { mode: 0o700 });
    const plant = `ln -s ${outside} link; cd /; rm -rf /workspace 2>/dev/null; ln -s ${outside} /workspace/files; echo planted`;
    assert.equal((await runInWorkspace(backend, { name: 'a', script: plant })).output, 'planted\n');
    await runInWorkspace(backend, { name: 'a', script: 'echo x >files/x; chmod 777 files' });
    assert.equal(statSync(outside).mode & 0o777, 0o700);
    assert.deepEqual(readdirSync(outside), []);
  });

  it('are never made elsewhere by a name that is a path, or shown where a sandbox could move them', async (context) => {
    const folder = temporaryVolumes(context);
    const backend = new ProcessBackend({}, { volumesFolder: folder });
    await assert.rejects(launchInWorkspace(backend, { name: '../../x', script: 'true' }), { code: 'USAGE' });
    const spec = (mounts: LaunchSpec['mounts']): LaunchSpec => ({
      ...{ argv: ['/bin/true'], env: {}, mounts, workingDirectory: '/', network: 'off', require: [] },
      limits: { memoryBytes: 1 << 26, processes: 9, cpus: 1, cpuTimeMs: 5000, openFiles: 64, fileBytes: 1 << 20 },
    });
    const mount = { kind: 'workspace', name: 'a', at: '/workspace', maxBytes: 8 << 20, maxFiles: 64 } as const;
    const scratch = { kind: 'scratch', at: '/tmp', maxBytes: 1 << 20 } as const;
    for (const mounts of [
      [mount, { ...mount, name: 'b', at: '/other' }],
      [{ ...mount, at: '/tmp/workspace' }, scratch],
      [{ ...mount, at: '/workspace/../usr' }],
      [mount, { ...scratch, at: '/workspace/tmp' }],
    ]) {
      await assert.rejects(backend.launch(spec(mounts)), { code: 'SANDBOX_LAUNCH_FAILED' });
    }
    await assert.rejects(new ProcessBackend({}).launch(spec([mount])), { code: 'SANDBOX_LAUNCH_FAILED' });
    assert.ok(!existsSync(folder));
    const sandbox = await backend.launch(spec([mount, scratch]));
    assert.deepEqual((await sandbox.exited).why, { kind: 'exited', code: 0 }, 'the control');
  });

  it('are given back where the launch fails', async (context) => {
    const folder = temporaryVolumes(context);
    const backend = new ProcessBackend({}, { volumesFolder: folder, lifted: ['system-call-filter'] });
    const launch = { name: 'a', script: 'true', require: ['system-call-filter'] as const };
    await assert.rejects(launchInWorkspace(backend, launch), { code: 'SANDBOX_CAPABILITY_MISSING' });
    assert.deepEqual(mountsBelow(folder), []);
  });

  it('are kept by a session, and a session without a workspace keeps none', needs(python), async (context) => {
    const run = await preparePython(temporaryVolumes(context));
    const write = 'open("x", "w").write("kept")';
    const read = 'print(open("/workspace/x").read())';
    assert.deepEqual((await run('a', write)).outcome, { status: 'exited', code: 0 });
    assert.equal((await run('a', read)).stdout, 'kept\n');
    assert.deepEqual((await run(undefined, write)).outcome, { status: 'exited', code: 0 });
    assert.deepEqual((await run(undefined, read)).outcome, { status: 'exited', code: 1 });
  });

  it('are held to a lower bound than they were made for by watching, and that ends the sandbox', async (context) => {
    const backend = new ProcessBackend({}, { volumesFolder: temporaryVolumes(context) });
    await runInWorkspace(backend, { name: 'a', script: 'true', maxBytes: 64 << 20 });
    const script = 'head -c 30000000 /dev/zero >large; exec sleep 600';
    const { why, isHeld } = await runInWorkspace(backend, { name: 'a', script, maxBytes: 16 << 20 });
    assert.partialDeepStrictEqual(why, { kind: 'disk', what: 'bytes', limit: 16 << 20 });
    assert.equal(isHeld, false);
    const over = { name: 'a', script: 'true', maxBytes: 16 << 20 };
    await assert.rejects(runInWorkspace(backend, over), { code: 'WORKSPACE_UNUSABLE', message: /full/ });
    const required = { ...over, maxBytes: 32 << 20, require: ['disk-limit'] as const };
    await assert.rejects(runInWorkspace(backend, required), { code: 'SANDBOX_CAPABILITY_MISSING' });
  });

  it('cost the code what it wrote last where the host’s own disk is full', needs(python), async (context) => {
    const disk = smallDisk(context, '400m');
    const run = await preparePython(join(disk, 'volumes'), () => {
      writeFileSync(join(disk, 'another'), Buffer.alloc(340 << 20, 1));
    });
    const code = `
import os
with open("large", "wb") as large:
    try:
        for _ in range(100): large.write(b"x" * (1 << 20))
        large.flush(); os.fsync(large.fileno())
        print("written")
    except OSError as error: print(error.strerror)`;
    assert.match(
      (await run('a', code, 300 << 20)).stdout,
      /^(No space left on device|Input\/output error|Read-only file system)\n$/,
    );
    assert.deepEqual(mountsBelow(disk), []);
    await assert.rejects(run('a', 'pass', 300 << 20), { code: 'WORKSPACE_UNUSABLE' });
    assert.equal((await run(undefined, 'print("unharmed")')).stdout, 'unharmed\n');
  });

  /** Runs Python with the files of a workspace, by a backend that is the same for all its runs. */
  async function preparePython(folder: string, beforeRun?: () => void) {
    const { executable, parts } = await findInterpreter();
    const backend = new ProcessBackend(describeBundles(parts), { volumesFolder: folder });
    return async (workspace: string | undefined, code: string, diskBytes = roomyLimits.diskBytes) => {
      const limits = { ...roomyLimits, diskBytes };
      const sandbox = await openSandbox(backend, { executable, limits, require: ['disk-limit'], workspace });
      await using session = await Session.over(sandbox, limits);
      beforeRun?.();
      let stdout = '';
      const onEvent = (event: RunEvent): void => {
        if (event.type === 'stream') stdout += Buffer.from(event.bytes).toString();
      };
      const { outcome } = await session.runScript({ name: 'x.py', code, args: [] }, { onEvent });
      return { outcome, stdout };
    };
  }
});

describe('a server that was killed while it showed a workspace', needs(root, bubblewrap, loopImages), () => {
  it('leaves files that the next one shows, and a mount that it sweeps; that of a living one stays', async (context) => {
    const folder = temporaryVolumes(context);
    const [killed, living] = [await startHolder(folder, 'a'), await startHolder(folder, 'b')];
    context.after(() => living.kill('SIGKILL'));
    killed.kill('SIGKILL');
    await once(killed, 'close');
    assert.equal(mountsBelow(folder).length, 2, 'the control: nobody has swept yet');
    const backend = new ProcessBackend({}, { volumesFolder: folder });
    assert.equal((await runInWorkspace(backend, { name: 'a', script: 'cat kept' })).output, 'kept\n');
    const [left, ...more] = mountsBelow(folder);
    assert.deepEqual(more, []);
    assert.equal(readFileSync(join(left ?? '', 'files/kept'), 'utf8'), 'kept\n');
    living.kill('SIGKILL');
    await once(living, 'close');
    await runInWorkspace(new ProcessBackend({}, { volumesFolder: folder }), { name: 'a', script: 'true' });
    assert.deepEqual(mountsBelow(folder), []);
    assert.deepEqual(readdirSync(join(folder, 'unfinished')), []);
  });

  it('is swept by the next one though that shows no workspace', async (context) => {
    const folder = temporaryVolumes(context);
    const killed = await startHolder(folder, 'a');
    killed.kill('SIGKILL');
    await once(killed, 'close');
    const backend = new ProcessBackend({}, { volumesFolder: folder });
    await (
      await backend.launch(scratchOnly)
    ).exited;
    assert.deepEqual(mountsBelow(folder), []);
  });

  it('leaves no volume where it was killed while making one', async (context) => {
    const folder = temporaryVolumes(context);
    await runInWorkspace(new ProcessBackend({}, { volumesFolder: folder }), { name: 'made', script: 'true' });
    const dead = readdirSync(join(folder, 'locks'));
    assert.deepEqual(dead, ['made']);
    let halfMade = 0;
    for (let round = 0; round < 5; round++) {
      const killed = spawn(process.execPath, [
        '--disable-warning=ExperimentalWarning',
        holder,
        folder,
        `half-${round}`,
      ]);
      const closed = once(killed, 'close');
      await untilMaking(folder, killed);
      killed.kill('SIGKILL');
      await closed;
      if (existsSync(join(folder, 'workspaces', `half-${round}`))) continue;
      halfMade += 1;
      assert.notDeepEqual(readdirSync(join(folder, 'unfinished')), []);
    }
    assert.ok(halfMade > 0, 'the control: none was killed half-way');
    const backend = new ProcessBackend({}, { volumesFolder: folder });
    for (let round = 0; round < 5; round++) {
      assert.equal((await runInWorkspace(backend, { name: `half-${round}`, script: 'echo up' })).output, 'up\n');
    }
    assert.deepEqual(mountsBelow(folder), []);
    assert.deepEqual(readdirSync(join(folder, 'unfinished')), []);
  });

  it('is swept though its marks are of a pid namespace that is gone', async (context) => {
    const folder = temporaryVolumes(context);
    // As in a container: what it mounts is gone with it, and nobody can look for its process.
    const apart = ['--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private'];
    const killed = await startHolder(folder, 'a', ['unshare', ...apart]);
    const next = new Volumes({ folder, nextMark: () => '1-2-3-4', isAbandoned: () => false });
    await assert.rejects(next.remove('a'), { code: 'WORKSPACE_UNUSABLE', message: /in use/ }, 'the control');
    killed.kill('SIGKILL');
    await once(killed, 'close');
    await next.sweep();
    assert.deepEqual(readdirSync(join(folder, 'mounted')), []);
    // The kernel lets go of the image when the last process of that namespace is gone, in its own time.
    const tooLong = AbortSignal.timeout(60_000);
    while (!(await next.remove('a').catch(() => false))) tooLong.throwIfAborted();
    assert.deepEqual(readdirSync(join(folder, 'workspaces')), []);
  });

  /** Until it is in the middle of making an image, or something went wrong. */
  async function untilMaking(folder: string, child: ChildProcess): Promise<void> {
    const before = new Set(readdirSync(join(folder, 'unfinished')));
    const isMaking = (name: string): boolean =>
      !before.has(name) && existsSync(join(folder, 'unfinished', name, 'image'));
    const tooLong = AbortSignal.timeout(60_000);
    while (!readdirSync(join(folder, 'unfinished')).some(isMaking)) {
      assert.ok(child.exitCode === null && child.signalCode === null, 'it ended before it made anything');
      tooLong.throwIfAborted();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async function startHolder(folder: string, name: string, apart: readonly string[] = []): Promise<ChildProcess> {
    const node = [process.execPath, '--disable-warning=ExperimentalWarning', holder, folder, name];
    const [program = '', ...args] = [...apart, ...node];
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return child;
  }
});

const scratchOnly: LaunchSpec = {
  argv: ['/bin/true'],
  env: {},
  mounts: [{ kind: 'scratch', at: '/tmp', maxBytes: 1 << 20 }],
  workingDirectory: '/tmp',
  limits: { memoryBytes: 1 << 26, processes: 9, cpus: 1, cpuTimeMs: 5000, openFiles: 64, fileBytes: 1 << 20 },
  network: 'off',
  require: [],
};
