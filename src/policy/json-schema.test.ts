import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { policyJsonSchema } from './json-schema.ts';
import { policySchema } from './policy-schema.ts';

const file = new URL('../../schema/belljar.policy.schema.json', import.meta.url);

test('the published JSON Schema is the one that the code makes', () => {
  const published: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const made: unknown = JSON.parse(JSON.stringify(policyJsonSchema()));
  assert.deepEqual(published, made, 'run: sh scripts/in-house-node.sh scripts/write-policy-schema.ts');
});

interface SchemaNode {
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly additionalProperties?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly type?: string;
}

test('editors are told what each section is, and refuse what is no key', () => {
  const schema: SchemaNode = policyJsonSchema();
  assert.deepEqual(Object.keys(schema.properties ?? {}), Object.keys(policySchema.shape));
  for (const [name, section] of Object.entries(schema.properties ?? {})) assert.ok(section.description, name);
  const objects = flatten(schema).filter(({ properties }) => properties !== undefined);
  assert.ok(objects.length > 20);
  for (const node of objects) assert.equal(node.additionalProperties, false);
});

test('values that are easy to get wrong have examples', () => {
  const nodes = flatten(policyJsonSchema());
  for (const example of [
    '512MiB',
    '30s',
    'pandas>=2,<3',
    'GPL-*',
    'api.example.org',
    '2027-03-31',
    'packages.deny[0]',
  ]) {
    assert.ok(
      nodes.some(({ examples = [] }) => examples.includes(example)),
      example,
    );
  }
});

function flatten(node: SchemaNode): SchemaNode[] {
  const inner = [...Object.values(node.properties ?? {}), ...(node.items ? [node.items] : []), ...(node.anyOf ?? [])];
  return [node, ...inner.flatMap(flatten)];
}
