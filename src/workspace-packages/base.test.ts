import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { findBase } from './base.ts';

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
