import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';

import { readParent, watchParent } from './parent-watch.ts';

async function startProcess(context: TestContext) {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  context.after(() => child.kill('SIGKILL'));
  return { child, pid: child.pid ?? 0 };
}

describe('watchParent()', () => {
  it('tells that a process is gone, which did not start us itself', async (context) => {
    const { child, pid } = await startProcess(context);
    const gone = Promise.withResolvers<undefined>();
    using _watch = watchParent({ parent: pid, onGone: () => gone.resolve(undefined), everyMs: 5 });
    using _alive = setInterval(() => undefined, 1000);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await Promise.all([exited, gone.promise]);
  });

  it('tells that our own parent is gone, whatever has its number now', async (context) => {
    const { pid } = await startProcess(context);
    let parent = pid;
    const gone = Promise.withResolvers<undefined>();
    using _watch = watchParent({
      parent: pid,
      onGone: () => gone.resolve(undefined),
      everyMs: 5,
      currentParent: () => parent,
    });
    using _alive = setInterval(() => undefined, 1000);
    parent = 1;
    await gone.promise;
  });

  it('says nothing while it lives, nor of anybody where nobody is named', async (context) => {
    const { pid } = await startProcess(context);
    let asked = 0;
    const currentParent = (): number => {
      asked += 1;
      return pid;
    };
    const fail = (): void => assert.fail('it lives');
    using _alive = setInterval(() => undefined, 1000);
    {
      using _watch = watchParent({ parent: pid, onGone: fail, everyMs: 1, currentParent });
      while (asked < 5) await new Promise(setImmediate);
    }
    using _nobody = watchParent({ parent: undefined, onGone: fail, everyMs: 1, currentParent });
    const before = asked;
    await new Promise(setImmediate);
    assert.equal(asked, before);
  });
});

describe('readParent()', () => {
  it('reads the number of the client, where it wants to be watched', () => {
    assert.equal(readParent({ JPY_PARENT_PID: '4711' }), 4711);
    for (const text of [undefined, '', '0', '1', '-4', 'x', '12345678901']) {
      assert.equal(readParent(text === undefined ? {} : { JPY_PARENT_PID: text }), undefined);
    }
  });
});
