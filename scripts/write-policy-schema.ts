/** Writes the JSON Schema of the policy for editors; with --check it only says whether the file is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';

import { policyJsonSchema } from '../src/policy/index.ts';

const file = new URL('../schema/belljar.policy.schema.json', import.meta.url);
const text = `${JSON.stringify(policyJsonSchema(), undefined, 2)}\n`;

if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error(
    'schema/belljar.policy.schema.json is stale; run: sh scripts/in-house-node.sh scripts/write-policy-schema.ts',
  );
  process.exitCode = 1;
}
