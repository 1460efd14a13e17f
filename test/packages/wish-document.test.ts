import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { readRequirementsText } from '../../src/packages/wish/index.ts';

const guide = readFileSync(fileURLToPath(new URL('../../docs/wish.md', import.meta.url)), 'utf8');

test('what the guide says is taken is taken', () => {
  const blocks = [...guide.matchAll(/^```requirements\n([^]*?)^```$/gm)].map(([, body = '']) => body);
  assert.equal(blocks.length, 1);
  for (const block of blocks) {
    const { requirements, problems } = readRequirementsText(Buffer.from(block), { from: 'docs/wish.md' });
    assert.deepEqual(problems, []);
    assert.equal(requirements.length, 7);
  }
});

test('what the guide says is refused is refused, with the words of the guide', () => {
  const rows = [...guide.matchAll(/^\| `([^`]+)` +\| (.*?) +\|$/gm)];
  assert.ok(rows.length > 10);
  for (const [, line = '', said = ''] of rows) {
    const { problems } = readRequirementsText(Buffer.from(line), { from: 'docs/wish.md' });
    assert.ok(
      problems.some(({ message }) => message.includes(said)),
      `${line}: ${JSON.stringify(problems)}`,
    );
  }
});
