import assert from 'node:assert/strict';
import { test } from 'node:test';

import { toStorageError } from './sqlite-errors.ts';

const path = '/nowhere/a.sqlite';

test('toStorageError finds the code of the table for each kind of failure', () => {
  const cases: [number | undefined, string][] = [
    [5, 'STORAGE_LOCKED'],
    [261, 'STORAGE_LOCKED'], // SQLITE_BUSY_RECOVERY
    [6, 'STORAGE_LOCKED'],
    [8, 'STORAGE_FAILED'],
    [11, 'STORAGE_CORRUPT'],
    [267, 'STORAGE_CORRUPT'], // SQLITE_CORRUPT_VTAB
    [13, 'STORAGE_FULL'],
    [14, 'STORAGE_FAILED'],
    [26, 'STORAGE_CORRUPT'],
    [778, 'STORAGE_FAILED'], // SQLITE_IOERR_WRITE, on a disk that is not full
    [1, 'STORAGE_FAILED'],
    [undefined, 'STORAGE_FAILED'],
  ];
  for (const [sqliteCode, code] of cases) {
    const error = toStorageError({ message: 'why', sqliteCode }, path);
    assert.equal(error.code, code, String(sqliteCode));
    assert.equal(error.details['path'], path);
    assert.equal(error.details['sqlite'], 'why');
  }
});
