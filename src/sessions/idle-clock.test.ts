import assert from 'node:assert/strict';
import { type TestContext, describe, it } from 'node:test';

import { IdleClock } from './idle-clock.ts';

describe('IdleClock', () => {
  it('tells once when nothing was wanted for so long', (context) => {
    const world = new World(context);
    world.pass(999);
    assert.equal(world.told, 0);
    world.pass(1);
    world.pass(5000);
    assert.equal(world.told, 1);
  });

  it('begins anew when something is wanted', (context) => {
    const world = new World(context);
    world.pass(600);
    world.clock.touch();
    world.pass(999);
    assert.equal(world.told, 0);
    world.pass(1);
    assert.equal(world.told, 1);
  });

  it('waits for what is under way, and as long again after it', (context) => {
    const world = new World(context);
    world.isBusy = true;
    world.pass(5000);
    world.isBusy = false;
    world.pass(999);
    assert.equal(world.told, 0);
    world.pass(1);
    assert.equal(world.told, 1);
  });

  it('tells nothing when it was stopped', (context) => {
    const world = new World(context);
    world.clock.stop();
    world.pass(5000);
    assert.equal(world.told, 0);
  });
});

/** A second of idleness allowed, in a time that passes when told to. */
class World {
  told = 0;
  isBusy = false;
  readonly clock: IdleClock;
  readonly #context: Pick<TestContext, 'mock'>;
  #now = 0;

  constructor(context: Pick<TestContext, 'mock'>) {
    this.#context = context;
    context.mock.timers.enable({ apis: ['setTimeout'] });
    context.mock.method(performance, 'now', () => this.#now);
    this.clock = new IdleClock({
      timeoutMs: 1000,
      isBusy: () => this.isBusy,
      onIdle: () => (this.told += 1),
    });
  }

  pass(ms: number): void {
    for (let left = ms; left > 0; left--) {
      this.#now += 1;
      this.#context.mock.timers.tick(1);
    }
  }
}
