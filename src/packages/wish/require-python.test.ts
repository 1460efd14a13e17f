import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { requirePython } from './require-python.ts';

describe('requirePython()', () => {
  it('takes the Python that is here where it lies in the range', () => {
    requirePython('>=3.9,<4', '3.11.2');
    requirePython('==3.11.*', '3.11.2');
  });

  it('refuses another Python, and what is no range', () => {
    assert.throws(() => requirePython('>=3.12', '3.11.2'), { code: 'PYTHON_NOT_FOUND', message: />=3\.12.*3\.11\.2/ });
    assert.throws(() => requirePython('new', '3.11.2'), { code: 'USAGE', message: /“new”/ });
  });
});
