import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { findInterpreter } from '../../src/environments/index.ts';
import { bubblewrap, needs } from '../support/prerequisite.ts';
import { openSessionWith } from '../support/glass.ts';
import { findPythons } from '../python/find-pythons.ts';

describe('a session', needs(bubblewrap), () => {
  for (const { executable, minor } of findPythons()) {
    it(`is the same with Python ${minor}`, async () => {
      await using session = await openSessionWith(await findInterpreter({ named: executable }));
      const kept = await session.evaluate('import sys\nx = [1, 2]\nprint("said")\nx');
      assert.deepEqual([kept.outcome.status, kept.stdout, kept.result?.['text/plain']], ['ok', 'said\n', '[1, 2]']);
      const failed = await session.evaluate('def fail():\n    raise KeyError("k")\nfail()');
      assert.deepEqual([failed.error?.name, failed.error?.frames.map(({ line }) => line)], ['KeyError', [3, 2]]);
      const awaited = await session.evaluate('import asyncio\nawait asyncio.sleep(0, "woke")');
      assert.equal(awaited.result?.['text/plain'], "'woke'");
      const missing = await session.evaluate('import yaml');
      const told = missing.events.find((event) => event.type === 'missing_package');
      assert.equal(told?.candidates[0]?.name.toLowerCase(), 'pyyaml');
      assert.deepEqual(await session.call('{"v": list(sys.version_info[:2]), "n": n}', { n: 1 }), {
        v: minor.split('.').map(Number),
        n: 1,
      });
      assert.ok((await session.complete('prin', 4)).matches.includes('print'));
      assert.equal((await session.evaluate('import os; os._exit(4)')).outcome.status, 'exited');
      assert.equal((await session.evaluate('"x" in globals()')).result?.['text/plain'], 'False');
    });
  }
});
