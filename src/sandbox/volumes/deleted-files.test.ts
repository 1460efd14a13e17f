import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { describe, it } from 'node:test';

import { needs, python } from '../../../test/support/prerequisite.ts';
import { temporaryFolder } from '../../../test/support/temporary-folder.ts';
import { measureDeleted } from './deleted-files.ts';

const code = `
import os, sys
def hold(name, unlink):
    file = open(name, "wb"); file.write(bytes(1 << 20)); file.flush()
    if unlink: os.unlink(name)
    return file
held = [hold("a", True), hold("b", False)]
held.append(os.dup(held[0].fileno()))
if os.fork() == 0:
    held.append(hold("c", True))
    print("up", flush=True)
    sys.stdin.read()
else:
    os.wait()`;

describe('measureDeleted()', needs(python), () => {
  it('counts what a process and its children hold open without a name, each once', async (context) => {
    const folder = await temporaryFolder(context);
    const holder = spawn('python3', ['-I', '-c', code], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    const { dev } = statSync(folder);
    const bytes = await measureDeleted(holder.pid!, dev, 1 << 30);
    assert.equal(Math.round(bytes / 2 ** 20), 2);
    assert.equal(await measureDeleted(holder.pid!, dev + 1, 1 << 30), 0);
    assert.ok((await measureDeleted(holder.pid!, dev, 1 << 10)) <= 2 ** 20 + 2 ** 16, 'it stops at the bound');
    holder.stdin.end();
    await once(holder, 'close');
    assert.equal(await measureDeleted(holder.pid!, dev, 1 << 30), 0);
  });
});
