import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { ProofCase, Side, Sighting } from './case.ts';
import { proveGlass } from './prove.ts';

const nothing: Sighting = { seen: undefined, hasTried: true, word: 'did' };
const success: Sighting = { seen: 'a file on the host', hasTried: true, word: 'did' };

describe('proveGlass()', () => {
  it('asks once more where the control did not succeed, and says so', async () => {
    const { summary, cases } = await prove({ attack: [nothing, nothing], control: [nothing, success] });
    assert.equal(summary.passed, true);
    assert.deepEqual([cases[0]?.verdict, cases[0]?.evidence], ['contained', 'did (at the second attempt)']);
  });

  it('asks no third time', async () => {
    const { summary } = await prove({ attack: [nothing, nothing], control: [nothing, nothing] });
    assert.equal(summary.unproven, 1);
    assert.equal(summary.passed, false);
  });

  it('never asks again after an escape, and calls an escape at the second attempt by its name', async () => {
    const first = await prove({ attack: [success], control: [success] });
    assert.equal(first.summary.escaped, 1);
    const second = await prove({ attack: [nothing, success], control: [nothing, success] });
    assert.equal(second.summary.escaped, 1);
  });
});

/** A case that only plays what is given, and fails the test when it is asked for more. */
function prove(script: Readonly<Record<Side, readonly Sighting[]>>): ReturnType<typeof proveGlass> {
  const played: Record<Side, number> = { attack: 0, control: 0 };
  const one: ProofCase = {
    id: 'played',
    family: 'kernel',
    title: 'plays a part',
    protections: ['nothing'],
    observed: 'nothing',
    control: 'nothing',
    requires: undefined,
    mayBeOutOfReach: false,
    findAbsence: () => undefined,
    attempt: (side) => {
      const sighting = script[side][played[side]++];
      assert.ok(sighting, `${side} is asked for once too often`);
      return Promise.resolve(sighting);
    },
  };
  return proveGlass({ cases: [one], required: [] });
}
