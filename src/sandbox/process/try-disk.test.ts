import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { bubblewrap, needs } from '../../../test/support/prerequisite.ts';
import { loopImages, temporaryVolumes } from '../../../test/support/volumes.ts';
import type { Backend, LaunchSpec } from '../contract.ts';
import { ProcessBackend } from './process-backend.ts';
import { tryDisk } from './try-disk.ts';

const image = { kind: 'image' } as const;

describe('tryDisk()', needs(loopImages, bubblewrap), () => {
  it('finds that the bounds hold', async (context) => {
    const backend = new ProcessBackend({}, { volumesFolder: temporaryVolumes(context) });
    const { holds, why } = await tryDisk(backend, image);
    assert.equal(holds, true, why);
    assert.match(why, /^a trial with 4194304 bytes and 64 files held 3\d{6} and \d\d$/);
  });

  for (const lifted of [{ maxBytes: 64 << 20 }, { maxFiles: 4096 }]) {
    it(`finds that they do not where they were lifted: ${JSON.stringify(lifted)}`, async (context) => {
      const backend = new ProcessBackend({}, { volumesFolder: temporaryVolumes(context) });
      const { holds } = await tryDisk(withMounts(backend, lifted), image);
      assert.equal(holds, false);
    });
  }

  it('tries nothing where the bounds can only be watched', async () => {
    const means = { kind: 'folder', why: 'for a test', remedy: 'none' } as const;
    const { holds, why } = await tryDisk(new ProcessBackend({}), means);
    assert.deepEqual({ holds, why }, { holds: false, why: 'for a test' });
  });

  it('tells why the trial could not be made, and is given up with its caller', async () => {
    const { holds, why } = await tryDisk(new ProcessBackend({}), image);
    assert.equal(holds, false);
    assert.match(why, /keeps no files/);
    await assert.rejects(tryDisk(new ProcessBackend({}), image, AbortSignal.abort()), { code: 'CANCELLED' });
  });
});

/** The same backend with other bounds than it is asked for. */
function withMounts(backend: Backend, bounds: { readonly maxBytes?: number; readonly maxFiles?: number }): Backend {
  const change = (spec: LaunchSpec): LaunchSpec => ({
    ...spec,
    mounts: spec.mounts.map((mount) => (mount.kind === 'workspace' ? { ...mount, ...bounds } : mount)),
  });
  return {
    name: backend.name,
    probe: (signal) => backend.probe(signal),
    launch: (spec, signal) => backend.launch(change(spec), signal),
    hasFiles: (workspace) => backend.hasFiles(workspace),
    files: backend.files,
  };
}
