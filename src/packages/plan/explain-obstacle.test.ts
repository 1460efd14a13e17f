import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { policyOf } from '../../../test/policy/good-facts.ts';
import { explainObstacle, type ObstacleOptions } from './explain-obstacle.ts';
import type { Obstacle, PlannedPackage } from './plan.ts';

const denied = {
  ...{ name: 'dep', version: '2.0', verdict: 'deny' },
  reasons: [{ rule: 'packages.deny[0]', verdict: 'deny', matched: 'dep', message: 'no', path: [] }],
} as unknown as PlannedPackage;

function explain(options: Partial<ObstacleOptions>, policy = '{}'): Obstacle {
  const nothing = { absent: [], unread: [], noVersions: [], isPolicys: false, packages: [] };
  return explainObstacle({ ...nothing, message: 'uv says so', policy: policyOf(`packages: ${policy}`), ...options });
}

describe('explainObstacle()', () => {
  it('names the names that are none, and what was perhaps meant and why', () => {
    const { kind, message, absent } = explain({ absent: ['pandsa', 'x-y-z-1'] });
    assert.deepEqual([kind, message], ['absent', 'no index has the projects “pandsa”, “x-y-z-1”']);
    assert.deepEqual(absent, [
      { name: 'pandsa', suggestion: 'pandas', why: 'it differs by one letter' },
      { name: 'x-y-z-1', suggestion: undefined, why: undefined },
    ]);
  });

  it('knows what is imported under another name, and the names of the policy', () => {
    const suggestionOf = (name: string, policy?: string): string | undefined =>
      explain({ absent: [name] }, policy).absent[0]?.suggestion;
    assert.equal(suggestionOf('cv2'), 'opencv-python');
    assert.equal(suggestionOf('acme-biling', '{allow: [acme-billing]}'), 'acme-billing');
    assert.equal(suggestionOf('acme-biling'), undefined);
  });

  it('names the denial where the policy stands in the way', () => {
    const { kind, message, denials, resolver } = explain({ isPolicys: true, packages: [denied] });
    assert.deepEqual([kind, resolver], ['policy', 'uv says so']);
    assert.equal(message, 'the policy denies what it would need: dep 2.0 (packages.deny[0])');
    assert.deepEqual(denials, [denied]);
  });

  it('says nothing of the policy where it has no part in it', () => {
    const noVersions = ['there is no six>99: the newest there is is 1.17.0'];
    const none = explain({ noVersions });
    assert.deepEqual([none.kind, none.message], ['no-version', noVersions[0]]);
    const conflict = explain({});
    assert.equal(conflict.kind, 'conflict');
    assert.match(conflict.message, /whatever the policy says/);
  });

  it('says what was perhaps meant by a name of which there is a source alone', () => {
    const unread = [
      { name: 'sklearn', version: '0.0', filename: 'sklearn-0.0.tar.gz', message: 'nobody knows', wasTried: false },
    ];
    assert.equal(explain({ unread }).doubtful?.[0]?.suggestion, 'scikit-learn');
    assert.deepEqual(explain({ unread: unread.map((each) => ({ ...each, name: 'numpy' })) }).doubtful, []);
  });

  it('names the sources that nobody can plan with, and why', () => {
    const unread = [
      { name: 'dep', version: '1.0', filename: 'dep-1.0.tar.gz', message: 'nobody knows', wasTried: false },
    ];
    const obstacle = explain({ unread, noVersions: ['dep has no wheel'] });
    assert.equal(obstacle.kind, 'source');
    assert.match(
      obstacle.message,
      /there is no wheel for this Python and machine, .*: dep-1\.0\.tar\.gz: nobody knows/,
    );
    assert.deepEqual(obstacle.unread, unread);
  });

  it('names some of many denials', () => {
    const { message } = explain({ isPolicys: true, packages: Array.from({ length: 5 }, () => denied) });
    assert.match(message, /and 2 more$/);
  });
});
