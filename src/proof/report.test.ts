import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Verdict } from './judge.ts';
import { type CaseReport, summarise } from './report.ts';

describe('summarise()', () => {
  it('passes where all that counts was contained', () => {
    const { cases, contained, absent, controls, passed } = summarise(reports('contained', 'contained', 'absent'), 12.4);
    assert.deepEqual(
      { cases, contained, absent, controls, passed },
      { cases: 2, contained: 2, absent: 1, controls: 2, passed: true },
    );
  });

  for (const verdict of ['escaped', 'unproven', 'skipped'] as const) {
    it(`does not pass where one is ${verdict}`, () => {
      const summary = summarise(reports('contained', verdict), 1);
      assert.equal(summary[verdict], 1);
      assert.equal(summary.passed, false);
    });
  }

  it('passes where some were refused: what does not start does no harm', () => {
    assert.equal(summarise(reports('contained', 'refused'), 1).passed, true);
  });

  it('does not pass where nothing was proven at all', () => {
    assert.equal(summarise(reports('absent', 'refused'), 1).passed, false);
    assert.equal(summarise([], 1).passed, false);
  });
});

function reports(...verdicts: Verdict[]): CaseReport[] {
  return verdicts.map((verdict, index) => ({
    id: `case-${index}`,
    family: 'kernel',
    title: 'tries',
    protection: 'system-call-filter',
    observed: 'by its trace',
    attack: { way: 'behind glass', seen: null, word: 'refused' },
    control: { way: 'without', seen: verdict === 'contained' ? 'a trace' : null, word: 'did' },
    verdict,
    evidence: '',
    ms: 1,
  }));
}
