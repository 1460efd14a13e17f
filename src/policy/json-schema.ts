import { z } from 'zod';

import { policySchema } from './policy-schema.ts';

/** The JSON Schema of a policy file: what editors complete and check by. The rules between values are checked only here. */
export function policyJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(policySchema, { io: 'input', reused: 'inline' });
  return { ...schema, $id: 'belljar.policy.schema.json' };
}
