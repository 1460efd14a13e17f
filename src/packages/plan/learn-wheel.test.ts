import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { ProjectFile } from '../upstream/index.ts';
import { WheelLearner } from './learn-wheel.ts';
import type { ListedHash, WheelFacts, WheelFactStore } from './wheel-facts.ts';

const file: ProjectFile = {
  ...{ filename: 'acme-1.0-py3-none-any.whl', url: 'https://files.example/acme', sha256: 'a'.repeat(64) },
  ...{ yanked: false, coreMetadata: 'unknown' },
};
const metadata = Buffer.from('Metadata-Version: 2.1\nName: acme\nVersion: 1.0\nRequires-Dist: dep\n');

function setStage() {
  const facts = new Map<string, WheelFacts>();
  const store = {
    find: ({ sha256 }: ListedHash) => facts.get(sha256),
    add: ({ sha256 }: ListedHash, each: WheelFacts) => void facts.set(sha256, each),
  } as unknown as WheelFactStore;
  const asked: AbortSignal[] = [];
  const answer = Promise.withResolvers<Uint8Array>();
  const upstream = {
    fetchMetadata: (_: ProjectFile, { signal }: { signal?: AbortSignal | undefined } = {}) => {
      if (signal !== undefined) asked.push(signal);
      return answer.promise;
    },
    findSize: () => Promise.resolve(undefined),
    placeOf: () => 'index',
  };
  return { learner: new WheelLearner({ upstream, store }), asked, answer };
}

describe('WheelLearner', () => {
  it('reads METADATA once, and on for those who still wait where who asked first gives up', async () => {
    const { learner, asked, answer } = setStage();
    const quitter = new AbortController();
    const [first, second] = [learner.learn(file, quitter.signal), learner.learn(file)];
    quitter.abort();
    await assert.rejects(first, { code: 'CANCELLED' });
    assert.deepEqual(
      asked.map(({ aborted }) => aborted),
      [false],
    );
    answer.resolve(metadata);
    assert.deepEqual((await second).needs, ['dep']);
    assert.deepEqual((await learner.learn(file)).needs, ['dep']);
    assert.equal(asked.length, 1);
  });

  it('stops reading where nobody waits any more', async () => {
    const { learner, asked } = setStage();
    const quitter = new AbortController();
    const only = learner.learn(file, quitter.signal);
    quitter.abort();
    await assert.rejects(only, { code: 'CANCELLED' });
    assert.equal(asked[0]?.aborted, true);
  });
});
