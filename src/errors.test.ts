import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { BelljarError, errorTable, toBelljarError } from './errors.ts';
import { outcomeTable } from './sessions/index.ts';

const project = fileURLToPath(new URL('..', import.meta.url));
const rows = Object.entries(errorTable);

describe('the error table', () => {
  it('is what docs/errors.md says, row by row', () => {
    const documented = tableOf('| code');
    const expected = rows.map(([code, { http, exit, rpc, meaning, hint }]) =>
      [code, http, exit, rpc, meaning, hint].map(String),
    );
    assert.deepEqual(documented, expected);
  });

  it('gives each code a JSON-RPC number of its own', () => {
    assert.equal(new Set(rows.map(([, { rpc }]) => rpc)).size, rows.length);
  });

  it('never says success', () => {
    for (const [code, { http, exit }] of rows) assert.ok(exit > 0 && exit < 256 && http >= 400, code);
  });

  it('has no code that nothing raises', () => {
    const sources = globSync('src/**/*.ts', { cwd: project }).filter(
      (file) => !/\.test\.ts$|src\/errors\.ts$/.test(file),
    );
    const text = sources.map((file) => readFileSync(`${project}/${file}`, 'utf8')).join('\n');
    // INTERNAL and CANCELLED are also what toBelljarError() makes of others' errors.
    assert.deepEqual(
      rows.map(([code]) => code).filter((code) => !text.includes(`'${code}'`)),
      [],
    );
  });
});

describe('the outcome table', () => {
  it('is what docs/errors.md says, row by row', () => {
    const expected = Object.entries(outcomeTable).map(([status, { exit, meaning }]) => [
      status,
      exit === undefined ? 'the code’s' : String(exit),
      meaning,
    ]);
    assert.deepEqual(tableOf('| outcome'), expected);
  });
});

describe('BelljarError', () => {
  it('takes exit code, HTTP status and hint from the table', () => {
    const error = new BelljarError('POLICY_DENIED', 'no');
    assert.deepEqual([error.exitCode, error.httpStatus, error.hint], [77, 403, errorTable.POLICY_DENIED.hint]);
  });

  it('prefers the hint of whoever threw it, and keeps the cause', () => {
    const cause = new Error('below');
    const error = new BelljarError('USAGE', 'no', { hint: 'do this', cause });
    assert.deepEqual([error.hint, error.cause], ['do this', cause]);
  });

  it('becomes JSON without its cause, which may hold anything', () => {
    const error = new BelljarError('USAGE', 'no', { cause: new Error('secret'), correlationId: 'c-1' });
    assert.deepEqual(JSON.parse(JSON.stringify(error)), {
      code: 'USAGE',
      message: 'no',
      hint: errorTable.USAGE.hint,
      details: {},
      correlationId: 'c-1',
    });
  });
});

describe('toBelljarError()', () => {
  it('leaves ours as they are', () => {
    const error = new BelljarError('USAGE', 'no');
    assert.equal(toBelljarError(error), error);
  });

  it('tells a cancelled operation from a defect', () => {
    assert.equal(toBelljarError(AbortSignal.abort().reason).code, 'CANCELLED');
    assert.equal(toBelljarError(new TypeError('oops')).code, 'INTERNAL');
    assert.equal(toBelljarError('a string').message, 'unexpected failure: a string');
  });
});

function tableOf(heading: string): string[][] {
  const lines = readFileSync(`${project}/docs/errors.md`, 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith(heading));
  assert.notEqual(start, -1, `docs/errors.md has a table that begins with “${heading}”`);
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')),
  );
}
