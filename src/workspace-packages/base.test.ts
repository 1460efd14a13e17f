import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { findBase, withInstalled } from './base.ts';

const presets = {
  scientific: { requirements: ['numpy>=2', 'Pandas'], python: '3.12' },
  broken: { requirements: ['-r other.txt'] },
};

describe('findBase()', () => {
  it('reads what a preset names, and marks it as the preset’s', async () => {
    const base = await findBase({ presets }, 'scientific');
    assert.equal(base?.python, '3.12');
    assert.deepEqual(
      base.requirements.map(({ name, specifier, source }) => [name, specifier, source.base]),
      [
        ['numpy', '>=2', 'scientific'],
        ['pandas', '', 'scientific'],
      ],
    );
  });

  it('takes the installation’s where no other is asked for, and none where none is wanted', async () => {
    const settings = { presets, base: 'scientific' };
    assert.equal((await findBase(settings))?.name, 'scientific');
    assert.equal((await findBase(settings, 'default'))?.name, 'scientific');
    assert.equal(await findBase(settings, 'none'), undefined);
    assert.equal(await findBase({ presets }), undefined);
  });

  it('says which there are where nothing has the name', async () => {
    await assert.rejects(findBase({ presets }, 'scientifc'), { code: 'USAGE', hint: /“scientific”/ });
    await assert.rejects(findBase({ presets }, 'toString'), { code: 'USAGE' });
    await assert.rejects(findBase({ presets: {} }, 'x'), { code: 'USAGE', hint: /no presets/ });
  });

  it('refuses in a preset what it refuses in every wish', async () => {
    await assert.rejects(findBase({ presets }, 'broken'), { code: 'SETTINGS_INVALID', message: /“broken”/ });
  });
});

describe('withInstalled()', () => {
  it('asks for what is installed at its very version, but not for what installs', async () => {
    const base = await findBase({ presets }, 'scientific');
    assert.ok(base !== undefined);
    const installed = [
      { name: 'Host_Stack', version: '1.26.4' },
      { name: 'pip', version: '24.0' },
    ];
    const { requirements } = await withInstalled(base, installed);
    assert.deepEqual(
      requirements.map(({ name, specifier }) => `${name}${specifier}`),
      ['numpy>=2', 'pandas', 'host-stack==1.26.4'],
    );
    assert.equal(requirements[2]?.source.base, 'scientific');
    const broken = withInstalled(base, [{ name: '-e .', version: '1' }]);
    await assert.rejects(broken, { code: 'SETTINGS_INVALID' });
  });
});
