import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { needs, python } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeWheel, type WheelDescription } from '../support/wheels.ts';
import { type Installer, installers, installWithPip, installWithPoetry, installWithUv } from './installers.ts';
import type { MemoryProject } from './memory-upstream.ts';
import { TestGate } from './test-gate.ts';

const wheels: readonly WheelDescription[] = [
  { name: 'acme-app', version: '1.0', requires: ['acme-middle>=1'] },
  { name: 'acme-middle', version: '1.0', requires: ['acme-base>=1'] },
  { name: 'acme-middle', version: '1.1', requires: ['acme-base>=1'] },
  { name: 'acme-base', version: '1.0' },
];

const kinds: readonly (readonly [string, Installer])[] = [
  ['pip', installWithPip],
  ['uv', installWithUv],
  ['poetry', installWithPoetry],
];

async function openGate(context: Parameters<typeof TestGate.open>[0]): Promise<TestGate> {
  const gate = await TestGate.open(context);
  for (const description of wheels) {
    const { filename, bytes, metadata } = makeWheel(description);
    const files: MemoryProject['files'] = gate.upstream.projects.get(description.name)?.files ?? [];
    gate.upstream.projects.set(description.name, { files: [...files, { filename, content: bytes }] });
    gate.upstream.metadata.set(filename, metadata);
  }
  return gate;
}

for (const [kind, install] of kinds) {
  test(
    `${kind} installs through the gate what the policy allows, and nothing else`,
    needs(python, installers),
    async (context) => {
      const gate = await openGate(context);
      gate.setPolicy('packages: {deny: ["acme-middle>=1.1"]}');
      const folder = await temporaryFolder(context);
      const { path, ask } = gate.client('strict', kind);
      const indexUrl = `http://127.0.0.1:${gate.port}${path}/simple/`;
      const good = await install({ folder: join(folder, 'good'), indexUrl, requirements: ['acme-app'] });
      assert.equal(good.code, 0, good.said);
      assert.deepEqual(good.installed, ['acme_app-1.0', 'acme_base-1.0', 'acme_middle-1.0']);
      assert.match(
        (await ask('/refusals')).text,
        /acme-middle 1\.1 is one of “acme-middle>=1\.1” \[packages\.deny\[0\]\]/,
      );

      gate.setPolicy('packages: {deny: [{package: acme-base, because: it is not ours}]}');
      const bad = await install({ folder: join(folder, 'bad'), indexUrl, requirements: ['acme-app'] });
      assert.notEqual(bad.code, 0, bad.said);
      assert.deepEqual(bad.installed, []);
      assert.match((await ask('/refusals')).text, /acme-base 1\.0: denied\n.*it is not ours \[packages\.deny\[0\]\]/);
    },
  );

  test(
    `${kind} is stopped where a wheel turns out bad when it is opened`,
    needs(python, installers),
    async (context) => {
      const gate = await openGate(context);
      gate.inspection = () => ({
        verdict: 'refused',
        problems: [{ rule: 'wheel.record', message: 'a file is not in RECORD' }],
      });
      const folder = await temporaryFolder(context);
      const { path, ask } = gate.client('strict', kind);
      const indexUrl = `http://any:${path.slice('/t/'.length)}@127.0.0.1:${gate.port}/simple/`;
      const bad = await install({ folder, indexUrl, requirements: ['acme-base'] });
      assert.notEqual(bad.code, 0, bad.said);
      assert.deepEqual(bad.installed, []);
      assert.match((await ask('/refusals')).text, /a file is not in RECORD \[wheel\.record\]/);
    },
  );
}
