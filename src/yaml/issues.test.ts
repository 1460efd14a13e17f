import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';

import { describeIssues, formatPath } from './issues.ts';

function describe(schema: z.ZodType, value: unknown): string[] {
  const parsed = schema.safeParse(value, { reportInput: true });
  return (parsed.error?.issues ?? []).length === 0
    ? []
    : describeIssues(parsed.error?.issues ?? [], { schema, what: 'a file' })
        .map((word) => word())
        .map(({ path, message }) => `${formatPath(path)}: ${message}`);
}

test('formatPath() writes keys and places as policies are spoken of', () => {
  assert.equal(formatPath([]), '');
  assert.equal(formatPath(['packages', 'deny', 2, 'because']), 'packages.deny[2].because');
});

test('wrong types are told in the words of the file', () => {
  const schema = z.strictObject({
    text: z.string(),
    list: z.array(z.number()),
    map: z.strictObject({}),
    flag: z.boolean(),
  });
  assert.deepEqual(describe(schema, { text: 1, list: {}, map: [], flag: 'x' }), [
    'text: must be text, not the number 1',
    'list: must be a list, not a map of keys',
    'map: must be a map of keys, not a list',
    'flag: must be true or false, not text',
  ]);
  assert.deepEqual(describe(schema, { text: null, list: ['x'], map: 'x', flag: true }), [
    'text: must be text, not nothing',
    'list[0]: must be a number, not text',
    'map: must be a map of keys, not text',
  ]);
  assert.deepEqual(describe(schema, {})[0], 'text: is missing: text must stand here');
});

test('a wrong word is told with the words that are known and the nearest', () => {
  const schema = z.enum(['allow', 'ask', 'deny']);
  assert.deepEqual(describe(schema, 'dney'), [': “dney” is not one of allow, ask, deny; did you mean “deny”?']);
  assert.deepEqual(describe(schema, 'whatever'), [': “whatever” is not one of allow, ask, deny']);
  assert.deepEqual(describe(schema, 3), [': must be one of allow, ask, deny']);
});

test('of several forms, the one that fits says what is wrong', () => {
  const schema = z.union([
    z.string().refine((value) => value !== 'bad', 'is a bad text'),
    z.strictObject({ package: z.string() }),
    z.literal('fixed'),
  ]);
  assert.deepEqual(describe(schema, 'bad'), [': is a bad text']);
  assert.deepEqual(describe(schema, { package: 1 }), ['package: must be text, not the number 1']);
  assert.deepEqual(describe(schema, 7), [': must be text or a map of keys or “fixed”']);
  assert.deepEqual(describe(schema, { package: 'fine' }), []);
});

test('a message that the schema words itself is kept', () => {
  assert.deepEqual(describe(z.int('must be a whole number').min(2, 'must be at least 2'), 1), [': must be at least 2']);
  assert.deepEqual(describe(z.int('must be a whole number'), 'x'), [': must be a whole number']);
});

test('a key that is not known below one of the writer’s own is told with those that are', () => {
  const entry = z.strictObject({ requirements: z.array(z.string()).optional(), python: z.string().optional() });
  const schema = z.strictObject({ presets: z.record(z.string(), entry) });
  const said = (key: string): string[] => describe(schema, { presets: { mine: { [key]: 'x' } } });
  assert.match(said('pythn').join(), /is not a key of presets\.mine; did you mean “python”\?$/);
  assert.match(said('colour').join(), /is not a key of presets\.mine; known here: requirements, python$/);
});
