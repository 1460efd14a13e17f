import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { Occupancy } from './occupancy.ts';

describe('Occupancy', () => {
  it('refuses one more than may be in all, until one leaves', () => {
    const occupancy = new Occupancy({ maxSessions: 2, maxSessionsPerWorkspace: 2 });
    const leave = occupancy.enter('a');
    occupancy.enter(null);
    assert.throws(() => occupancy.enter('b'), { code: 'SESSIONS_EXHAUSTED', details: { limit: 2 } });
    leave();
    leave(); // gives up one place, however often it is said
    occupancy.enter('b');
    assert.throws(() => occupancy.enter('c'), { code: 'SESSIONS_EXHAUSTED' });
  });

  it('counts each workspace by itself, and what has none only in all', () => {
    const occupancy = new Occupancy({ maxSessions: 10, maxSessionsPerWorkspace: 1 });
    occupancy.enter('a');
    occupancy.enter('b');
    occupancy.enter(null);
    occupancy.enter(null);
    assert.throws(() => occupancy.enter('a'), /1 sessions of workspace “a”/);
  });
});
