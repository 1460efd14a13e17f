import assert from 'node:assert/strict';
import { test } from 'node:test';

import { joinSql, renderSql, sql } from './sql.ts';

const numbered = (position: number): string => `$${position}`;

test('sql keeps text and values apart', () => {
  const { text, params } = renderSql(sql`select a from t where b = ${1} and c = ${'x'}`, numbered);
  assert.equal(text, 'select a from t where b = $1 and c = $2');
  assert.deepEqual(params, [1, 'x']);
});

test('sql makes a fragment part of the text, and numbers its values in their place', () => {
  const inner = sql`c between ${2} and ${3}`;
  const { text, params } = renderSql(sql`select a where b = ${1} and (${inner}) limit ${4}`, numbered);
  assert.equal(text, 'select a where b = $1 and (c between $2 and $3) limit $4');
  assert.deepEqual(params, [1, 2, 3, 4]);
  assert.equal(renderSql(sql`${sql`${sql`x = ${1}`}`}`, numbered).text, 'x = $1');
});

test('sql never reads a value as text', () => {
  const { text, params } = renderSql(sql`select ${"'; drop table t"}`, () => '?');
  assert.equal(text, 'select ?');
  assert.deepEqual(params, ["'; drop table t"]);
});

test('joinSql puts a separator between fragments', () => {
  const conditions = [sql`a = ${1}`, sql`b = ${2}`, sql`c`];
  assert.equal(renderSql(sql`where ${joinSql(conditions, ' and ')}`, numbered).text, 'where a = $1 and b = $2 and c');
  assert.equal(renderSql(joinSql([sql`a`], ' or '), numbered).text, 'a');
  assert.equal(renderSql(joinSql([], ', '), numbered).text, '');
});
