import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Asks, type Question } from './asks.ts';
import type { HostFrame } from './frame-schemas.ts';
import { FrameViolation } from './frames.ts';

const question: Question = { to: 'interpreter', what: 'complete', about: { code: 'pri' } };

/** Questions, and what was sent of them. */
function start(): { readonly asks: Asks; readonly sent: HostFrame[]; readonly nameOf: (at: number) => string } {
  const sent: HostFrame[] = [];
  const asks = new Asks((frame) => sent.push(frame));
  const nameOf = (at: number): string => {
    const frame = sent[at];
    assert.ok(frame?.type === 'ask' || frame?.type === 'forget');
    return frame.ask;
  };
  return { asks, sent, nameOf };
}

describe('Asks', () => {
  it('gives each asker the answer to their own question', async () => {
    const { asks, nameOf } = start();
    const [one, other] = [asks.ask(question), asks.ask({ ...question, what: 'inspect' })];
    asks.accept({ type: 'reply', ask: nameOf(1), isLast: 1, value: 'other' });
    asks.accept({ type: 'reply', ask: nameOf(0), isLast: 1, value: 'one' });
    assert.deepEqual(await Promise.all([one, other]), ['one', 'other']);
  });

  it('waits for the end of an answer whose value came before', async () => {
    const { asks, nameOf } = start();
    const answer = asks.ask(question);
    asks.accept({ type: 'reply', ask: nameOf(0), isLast: 0, value: 7 });
    assert.equal(asks.isBusy, true);
    asks.accept({ type: 'reply', ask: nameOf(0), isLast: 1 });
    assert.equal(await answer, 7);
    assert.equal(asks.isBusy, false);
  });

  it('passes on why there is no answer, as much of it as is worth reading', async () => {
    const { asks, nameOf } = start();
    const answer = asks.ask(question);
    asks.accept({ type: 'reply', ask: nameOf(0), isLast: 1, problem: 'x'.repeat(1e6) });
    await assert.rejects(answer, ({ code, message }: { code: string; message: string }) => {
      return code === 'RUNNER_REFUSED' && message.length === 2000;
    });
  });

  it('takes no answer to what was not asked, nor a second one', async () => {
    const { asks, nameOf } = start();
    assert.throws(() => asks.accept({ type: 'reply', ask: 'guessed', isLast: 1, value: 1 }), FrameViolation);
    const answer = asks.ask(question);
    const reply = { type: 'reply', ask: nameOf(0), isLast: 1, value: 1 } as const;
    asks.accept(reply);
    await answer;
    assert.throws(() => asks.accept(reply), FrameViolation);
  });

  it('has what was cancelled forgotten, and takes its late answer, once', async () => {
    const { asks, sent, nameOf } = start();
    const cancel = new AbortController();
    const answer = asks.ask({ ...question, signal: cancel.signal });
    cancel.abort();
    await assert.rejects(answer, { code: 'CANCELLED' });
    assert.deepEqual(sent[1], { type: 'forget', ask: nameOf(0) });
    assert.equal(asks.isBusy, false);
    const reply = { type: 'reply', ask: nameOf(0), isLast: 1, value: 1 } as const;
    asks.accept(reply);
    assert.throws(() => asks.accept(reply), FrameViolation);
  });

  it('asks nothing that was cancelled before', async () => {
    const { asks, sent } = start();
    await assert.rejects(asks.ask({ ...question, signal: AbortSignal.abort() }), { code: 'CANCELLED' });
    assert.deepEqual(sent, []);
  });

  it('tells by which name a question can be interrupted', async () => {
    const { asks, nameOf } = start();
    let name: string | undefined;
    const answer = asks.ask({ ...question, onSent: (ask) => (name = ask) });
    assert.equal(name, nameOf(0));
    asks.accept({ type: 'reply', ask: nameOf(0), isLast: 1, value: 1 });
    await answer;
  });

  it('tells who waits and who comes later that the session has ended', async () => {
    const { asks, sent } = start();
    const answer = asks.ask(question);
    asks.close();
    await assert.rejects(answer, { code: 'SESSION_CLOSED' });
    await assert.rejects(asks.ask(question), { code: 'SESSION_CLOSED' });
    assert.equal(sent.length, 1);
  });
});
