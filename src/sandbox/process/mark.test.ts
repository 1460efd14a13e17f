import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { isAbandoned, nextMark, ownMark } from './mark.ts';

describe('a mark', () => {
  it('is never given twice, and ours are not abandoned', () => {
    const [one, other] = [nextMark(), nextMark()];
    assert.notEqual(one, other);
    assert.equal(isAbandoned(one), false);
  });

  it('is abandoned when its process has ended, and when another process has its number', async () => {
    const child = spawn('sleep', ['600']);
    const [namespace = '', ownPid = ''] = ownMark().split('-');
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const theirs = `${namespace}-${child.pid}-${start}-1`;
    assert.equal(isAbandoned(theirs), false);
    assert.equal(isAbandoned(`${namespace}-${ownPid}-1-1`), true);
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
    assert.equal(isAbandoned(theirs), true);
  });

  it('of another pid namespace, and what is no mark, is never judged', () => {
    assert.equal(isAbandoned('1-1-1-1'), false);
    assert.equal(isAbandoned('system.slice'), false);
  });
});
