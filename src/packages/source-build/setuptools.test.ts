import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { setuptoolsFile, setuptoolsWheel } from '../../../test/packages/setuptools.ts';
import { openSourceHouse } from '../../../test/packages/source-house.ts';
import { makeOldSource } from '../../../test/packages/sources.ts';
import { uvWheel } from '../../../test/packages/uv.ts';
import { bubblewrap, needs, python, root } from '../../../test/support/prerequisite.ts';
import { makeSdist } from '../../../test/support/wheels.ts';

const acceptsAsked = true;
const setup = 'from setuptools import setup\nsetup(name="dep", version="1.0", packages=["dep"])\n';

describe('SourceBuilder, with setuptools', needs(root, bubblewrap, python, uvWheel, setuptoolsWheel), () => {
  it('builds what a setup.py alone describes', async (context) => {
    const { build, upstream, planned } = await openSourceHouse(context);
    upstream.addFile('setuptools', setuptoolsFile());
    const built = await build('dep', makeOldSource('dep', setup), { acceptsAsked });
    if (built.kind === 'failed') assert.fail(`${built.message}\n${built.said}`);
    assert.equal(built.wheel.filename, 'dep-1.0-py3-none-any.whl');
    assert.ok(planned.every((names) => names === 'setuptools'));
  });

  it('asks for the files of setuptools that run at every start', async (context) => {
    const { build, upstream } = await openSourceHouse(context);
    upstream.addFile('setuptools', setuptoolsFile());
    const asked = await build('dep', makeOldSource('dep', setup));
    assert.ok(asked.kind === 'failed');
    assert.match(asked.message, /has to be approved first: .*packages\.inspection\.startupFiles/);
  });

  it('builds what a pyproject.toml describes', async (context) => {
    const { build, upstream } = await openSourceHouse(context);
    upstream.addFile('setuptools', setuptoolsFile());
    const built = await build('dep', makeSdist({ name: 'dep' }), { acceptsAsked });
    if (built.kind === 'failed') assert.fail(`${built.message}\n${built.said}`);
    assert.match(built.wheel.metadata.toString(), /^Version: 1\.0$/m);
  });

  it('finds nothing of the host in a setup.py that looks for it', async (context) => {
    const { build, upstream } = await openSourceHouse(context);
    upstream.addFile('setuptools', setuptoolsFile());
    const looks = `import os
found = [path for path in ("/root", "/home", "/etc/shadow", "/var/lib") if os.path.exists(path)]
assert not found, found
assert set(os.environ) <= {"PATH", "HOME", "TMPDIR", "LANG", "LC_CTYPE", "PWD", "SOURCE_DATE_EPOCH"} | {
    name for name in os.environ if name.startswith("PYTHON")
}, os.environ
${setup}`;
    const built = await build('dep', makeOldSource('dep', looks), { acceptsAsked });
    if (built.kind === 'failed') assert.fail(`${built.message}\n${built.said}`);
  });

  it('says what is missing where a source needs a compiler', async (context) => {
    const { build, upstream } = await openSourceHouse(context);
    upstream.addFile('setuptools', setuptoolsFile());
    const native = `from setuptools import Extension, setup
open("more.c", "w").close()
setup(name="dep", version="1.0", ext_modules=[Extension("more", ["more.c"])])\n`;
    const failed = await build('dep', makeOldSource('dep', native), { acceptsAsked });
    assert.ok(failed.kind === 'failed');
    assert.match(failed.message, /there is no compiler behind the glass/);
  });
});
