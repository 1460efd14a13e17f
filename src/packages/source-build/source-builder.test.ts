import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { mit } from '../../../test/packages/plan-house.ts';
import { openSourceHouse } from '../../../test/packages/source-house.ts';
import { makeOwnSource, wheelWriter } from '../../../test/packages/sources.ts';
import { uvWheel } from '../../../test/packages/uv.ts';
import { findInterpreter } from '../../environments/index.ts';
import { bubblewrap, needs, python, root } from '../../../test/support/prerequisite.ts';
import { BelljarError } from '../../errors.ts';
import { type BuildResult, SourceBuilder } from './source-builder.ts';

function requireBuilt(result: BuildResult): Extract<BuildResult, { kind: 'built' }> {
  if (result.kind === 'failed') assert.fail(`${result.message}\n${result.said}`);
  return result;
}

function requireFailed(result: BuildResult): Extract<BuildResult, { kind: 'failed' }> {
  assert.equal(result.kind, 'failed');
  return result;
}

/** A backend as a wheel of its own. */
const backend = {
  name: 'tiny-backend',
  headers: mit,
  files: {
    'tiny_backend/__init__.py': `${wheelWriter}
def build_wheel(folder, settings=None, metadata=None):
    return write_wheel(folder, "dep", "1.0")
`,
  },
};

const usingBackend = {
  'pyproject.toml': '[build-system]\nrequires = ["tiny-backend>=1"]\nbuild-backend = "tiny_backend"\n',
};

describe('SourceBuilder', needs(root, bubblewrap, python, uvWheel), () => {
  it('builds a wheel from a source that brings its own backend, and builds it once', async (context) => {
    const { build } = await openSourceHouse(context);
    const source = makeOwnSource({ name: 'dep' });
    const first = requireBuilt(await build('dep', source));
    assert.equal(first.isNew, true);
    assert.equal(first.wheel.filename, 'dep-1.0-py3-none-any.whl');
    assert.equal(readFileSync(first.wheel.path).length, first.wheel.sizeBytes);
    assert.match(first.wheel.metadata.toString(), /^Name: dep$/m);
    const again = requireBuilt(await build('dep', source));
    assert.deepEqual([again.isNew, again.wheel.sha256], [false, first.wheel.sha256]);
  });

  it('builds it again where what was kept is not what it was', async (context) => {
    const { build } = await openSourceHouse(context);
    const source = makeOwnSource({ name: 'dep' });
    const { wheel } = requireBuilt(await build('dep', source));
    writeFileSync(wheel.path, 'something else');
    const again = requireBuilt(await build('dep', source));
    assert.deepEqual([again.isNew, again.wheel.sha256], [true, wheel.sha256]);
  });

  it('builds once for many who ask at once', async (context) => {
    const { build } = await openSourceHouse(context);
    const source = makeOwnSource({ name: 'dep', before: 'import time; time.sleep(0.2)' });
    const results = await Promise.all([1, 2, 3].map(() => build('dep', source)));
    const wheels = new Set(results.map((result) => requireBuilt(result).wheel.path));
    assert.equal(wheels.size, 1);
  });

  it('tells how far it has come', async (context) => {
    const { build } = await openSourceHouse(context);
    const phases: string[] = [];
    await build('dep', makeOwnSource({ name: 'dep' }), { onProgress: ({ phase }) => phases.push(phase) });
    assert.deepEqual(phases, ['fetching', 'unpacking', 'preparing', 'building', 'inspecting']);
  });

  it('brings what the build needs as wheels, by the policy', async (context) => {
    const { build, upstream, planned, setPolicy } = await openSourceHouse(context);
    upstream.addWheel(backend);
    const source = makeOwnSource({ name: 'dep', files: usingBackend });
    assert.equal(requireBuilt(await build('dep', source)).isNew, true);
    assert.ok(planned.every((names) => names === 'tiny-backend'));
    setPolicy('{deny: [tiny-backend]}');
    const denied = requireFailed(await build('dep', source));
    assert.match(
      denied.message,
      /dep 1\.0 cannot be built: what it takes to build it is denied: .*\[packages\.deny\[0\]\]/,
    );
    assert.equal(denied.tools?.verdict, 'deny');
  });

  it('asks for what the policy wants asked for, and takes an approver’s yes', async (context) => {
    const { build, upstream, setPolicy } = await openSourceHouse(context);
    upstream.addWheel(backend);
    setPolicy('{ask: [tiny-backend]}');
    const source = makeOwnSource({ name: 'dep', files: usingBackend });
    const asked = requireFailed(await build('dep', source));
    assert.match(asked.message, /has to be approved first/);
    assert.equal(asked.tools?.verdict, 'ask');
    requireBuilt(await build('dep', source, { acceptsAsked: true }));
  });

  it('takes into account what a backend says that it needs besides', async (context) => {
    const { build, upstream, planned } = await openSourceHouse(context);
    upstream.addWheel({ name: 'extra-tool', headers: mit, files: { 'extra_tool.py': 'is_there = True\n' } });
    const source = makeOwnSource({
      name: 'dep',
      saysToNeed: '["extra-tool"]',
      before: 'import extra_tool; assert extra_tool.is_there',
    });
    requireBuilt(await build('dep', source));
    assert.ok(planned.includes('extra-tool'));
    assert.equal(requireBuilt(await build('dep', source)).isNew, false);
  });

  it('takes that into account where the source names a need twice', async (context) => {
    const { build, upstream } = await openSourceHouse(context);
    upstream.addWheel({ name: 'tool', headers: mit, files: { 'tool.py': '' } });
    upstream.addWheel({ name: 'extra-tool', headers: mit, files: { 'extra_tool.py': '' } });
    const more = { saysToNeed: '["extra-tool"]', before: 'import extra_tool' };
    requireBuilt(await build('dep', makeOwnSource({ name: 'dep', needs: ['tool', 'tool'], ...more })));
  });

  it('judges what a build needs for each who asks, also at once', async (context) => {
    const { folder, upstream } = await openSourceHouse(context);
    const notReached = (): never => assert.fail('nothing is inspected');
    const builder = new SourceBuilder({
      ...{ folder: join(folder, 'judged'), cacheFolder: join(folder, 'cache'), upstream },
      ...{ inspect: notReached, inspectBuilt: notReached },
      planTools: async ({ asker }) => Promise.reject(new BelljarError('POLICY_DENIED', `no, ${asker?.actor.id}`)),
    });
    context.after(() => builder.close());
    const source = makeOwnSource({ name: 'dep', needs: ['tool'] });
    upstream.addFile('dep', source);
    const sdist = { filename: source.filename, sha256: source.sha256, url: '' };
    const request = { name: 'dep', version: '1.0', python: await findInterpreter(), sdist };
    const askers = ['ada', 'bob'].map((id) => ({ actor: { id, kind: 'user' }, role: 'owner' }) as const);
    const results = await Promise.allSettled(askers.map((asker) => builder.build({ ...request, asker })));
    assert.deepEqual(
      results.map((result) => result.status === 'rejected' && (result.reason as Error).message),
      ['no, ada', 'no, bob'],
    );
  });

  it('finds the programs that its tools bring', async (context) => {
    const { build, upstream } = await openSourceHouse(context);
    upstream.addWheel({
      ...{ name: 'tool', headers: mit, entryPoints: '[console_scripts]\nsay-hello = tool:main\n' },
      files: { 'tool/__init__.py': 'def main():\n    print("hello from the tool")\n' },
    });
    const before = `import subprocess
assert subprocess.check_output(["say-hello"], text=True) == "hello from the tool\\n"`;
    requireBuilt(await build('dep', makeOwnSource({ name: 'dep', needs: ['tool'], before })));
  });

  it('refuses a build requirement that has no wheel itself', async (context) => {
    const { build, upstream } = await openSourceHouse(context);
    upstream.addFile('bare-tool', makeOwnSource({ name: 'bare-tool' }));
    const source = makeOwnSource({ name: 'dep', needs: ['bare-tool'] });
    const refused = requireFailed(await build('dep', source));
    assert.match(refused.message, /has no wheel: bare-tool; nothing that a build needs is itself built/);
    upstream.addFile('both-tool', makeOwnSource({ name: 'both-tool' }));
    upstream.addWheel({ name: 'both-tool', headers: mit });
    requireBuilt(await build('dep', makeOwnSource({ name: 'dep', needs: ['both-tool'] })));
  });

  it('refuses build requirements that are more than names and versions', async (context) => {
    const { build } = await openSourceHouse(context);
    const source = makeOwnSource({ name: 'dep', needs: ['tool @ https://files.example/tool.whl'] });
    const refused = requireFailed(await build('dep', source));
    assert.match(refused.message, /what it says that its build needs cannot be brought in/);
  });

  it('refuses a tool whose wheel is not sound', async (context) => {
    const { build, upstream } = await openSourceHouse(context);
    upstream.addWheel({ name: 'tool', headers: mit, record: 'nonsense' });
    const refused = requireFailed(await build('dep', makeOwnSource({ name: 'dep', needs: ['tool'] })));
    assert.match(refused.message, /was opened and refused: tool-1\.0/);
  });

  it('keeps no failure: what is mended is built', async (context) => {
    const { build, upstream } = await openSourceHouse(context);
    const source = makeOwnSource({ name: 'dep', needs: ['late-tool'] });
    assert.match(requireFailed(await build('dep', source)).message, /no index has a project “late-tool”/);
    upstream.addWheel({ name: 'late-tool', headers: mit });
    requireBuilt(await build('dep', source));
  });

  it('tells the end of the backend’s own words', async (context) => {
    const { build } = await openSourceHouse(context);
    const before = 'print("compiling the frobnicator")\nraise RuntimeError("no frobs here")';
    const failed = requireFailed(await build('dep', makeOwnSource({ name: 'dep', before })));
    assert.match(failed.message, /its backend failed in build_wheel: exit code 1/);
    assert.match(failed.said, /compiling the frobnicator[\s\S]*RuntimeError: no frobs here/);
  });

  it('ends when whoever asked gives up', async (context) => {
    const { build } = await openSourceHouse(context);
    const stop = new AbortController();
    const source = makeOwnSource({ name: 'dep', before: 'import time; time.sleep(600)' });
    const building = build('dep', source, {
      signal: stop.signal,
      onProgress: ({ phase }) => {
        if (phase === 'building') stop.abort();
      },
    });
    await assert.rejects(building, { code: 'CANCELLED' });
  });

  it('reads what a source states for all its wheels, without running it', async (context) => {
    const { builder, upstream, build } = await openSourceHouse(context);
    const before = 'raise RuntimeError("it ran")';
    const source = makeOwnSource({ name: 'dep', requires: ['other>=2'], before });
    requireFailed(await build('dep', source));
    const request = { name: 'dep', version: '1.0', python: await findInterpreter(), mayBuild: false };
    const { filename, sha256 } = source;
    const reading = await builder.describe({ ...request, sdist: { filename, sha256, url: '' } });
    assert.ok(reading.kind === 'read');
    assert.match(Buffer.from(reading.metadata).toString(), /^Requires-Dist: other>=2$/m);
    const vague = makeOwnSource({ name: 'dep', version: '1.0', headers: ['Dynamic: Requires-Dist'] });
    upstream.addFile('dep', vague);
    const sdist = { filename: vague.filename, sha256: vague.sha256, url: '' };
    const unread = await builder.describe({ ...request, sdist });
    assert.ok(unread.kind === 'unread' && !unread.wasTried);
    assert.equal(unread.message, 'what it needs is known only once its own code has run');
    const built = await builder.describe({ ...request, sdist, mayBuild: true });
    assert.equal(built.kind, 'read');
  });
});
