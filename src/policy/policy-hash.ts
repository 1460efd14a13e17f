import { createHash } from 'node:crypto';

import type { Policy } from './policy-schema.ts';

/** SHA-256 of what the policy means: comments, the order of keys and the section of tests have no part in it. */
export function hashPolicy(policy: Policy): string {
  const { tests: _tests, ...meaning } = policy;
  return createHash('sha256').update(canonicalJson(meaning)).digest('hex');
}

/** JSON with sorted keys and without blanks: equal values have equal text. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([key], [other]) => (key < other ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}
