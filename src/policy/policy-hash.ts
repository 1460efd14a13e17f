import { hash } from 'node:crypto';

import { canonicalJson } from '../canonical-json.ts';
import type { Policy } from './policy-schema.ts';

/** SHA-256 of what the policy means: comments, the order of keys and the section of tests have no part in it. */
export function hashPolicy(policy: Policy): string {
  const { tests: _tests, ...meaning } = policy;
  return hash('sha256', canonicalJson(meaning));
}
