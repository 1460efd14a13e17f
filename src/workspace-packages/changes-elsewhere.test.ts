import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';

import { ChangesElsewhere } from './changes-elsewhere.ts';

function open(context: TestContext) {
  const rows = new Map<string, string | null>();
  const watched = new Set<string>();
  const asked: string[][] = [];
  const told: [string, string | null][] = [];
  let isBroken = false;
  const changes = new ChangesElsewhere({
    declarations: {
      environmentsOf: (names) => {
        asked.push([...names]);
        return isBroken ? Promise.reject(new Error('locked')) : Promise.resolve(rows);
      },
    },
    watched: () => watched,
    onChanged: (workspace, environment) => {
      told.push([workspace, environment]);
    },
  });
  context.after(() => changes.close());
  const begin = (name: string, environment: string | null): void => {
    watched.add(name);
    rows.set(name, environment);
    changes.begin(name, environment);
  };
  const setBroken = (to: boolean): void => {
    isBroken = to;
  };
  return { changes, rows, watched, asked, told, begin, setBroken };
}

describe('ChangesElsewhere', () => {
  it('tells once of each environment that a workspace in use got elsewhere', async (context) => {
    const { changes, rows, told, begin } = open(context);
    begin('skill', 'one');
    begin('other', null);
    await changes.look();
    assert.deepEqual(told, []);
    rows.set('skill', 'two');
    await changes.look();
    await changes.look();
    assert.deepEqual(told, [['skill', 'two']]);
    rows.delete('skill');
    await changes.look();
    assert.deepEqual(told, [
      ['skill', 'two'],
      ['skill', null],
    ]);
  });

  it('believes what is said here meanwhile rather than rows that were read before', async (context) => {
    const answer = Promise.withResolvers<Map<string, string | null>>();
    const told: [string, string | null][] = [];
    const changes = new ChangesElsewhere({
      declarations: { environmentsOf: () => answer.promise },
      watched: () => ['one', 'other'],
      onChanged: (workspace, environment) => void told.push([workspace, environment]),
    });
    context.after(() => changes.close());
    changes.begin('one', 'A');
    changes.begin('other', 'A');
    const looking = changes.look();
    changes.tell('one', 'C');
    changes.begin('two', 'B');
    answer.resolve(
      new Map([
        ['one', 'A'],
        ['other', 'B'],
      ]),
    );
    await looking;
    assert.deepEqual(told, [['other', 'B']]);
  });

  it('does not tell again what was told here', async (context) => {
    const { changes, rows, told, begin } = open(context);
    begin('skill', 'one');
    rows.set('skill', 'two');
    changes.tell('skill', 'two');
    changes.tell('stranger', 'three');
    await changes.look();
    assert.deepEqual(told, []);
  });

  it('tells at once where somebody who comes later got another', async (context) => {
    const { changes, told, begin } = open(context);
    begin('skill', 'one');
    begin('skill', 'two');
    begin('skill', 'two');
    await changes.look();
    assert.deepEqual(told, [['skill', 'two']]);
  });

  it('asks for what is in use alone, and for nothing while nothing is', async (context) => {
    const { changes, watched, asked, begin } = open(context);
    await changes.look();
    begin('skill', 'one');
    begin('other', 'one');
    watched.delete('other');
    await changes.look();
    watched.clear();
    await changes.look();
    assert.deepEqual(asked, [['skill']]);
  });

  it('waits for the next time where the database cannot be asked', async (context) => {
    const { changes, rows, told, begin, setBroken } = open(context);
    begin('skill', 'one');
    rows.set('skill', 'two');
    setBroken(true);
    await changes.look();
    setBroken(false);
    await changes.look();
    assert.deepEqual(told, [['skill', 'two']]);
  });
});
