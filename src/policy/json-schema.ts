import { z } from 'zod';

import { policySchema } from './policy-schema.ts';

/** The JSON Schema of a policy file: what editors complete and check by. The rules between values are checked only here. */
export function policyJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(policySchema, {
    io: 'input',
    // zod takes the examples of a value that is transformed for what it becomes, and drops them: hence another word.
    override: ({ jsonSchema }) => {
      if (!('samples' in jsonSchema)) return;
      jsonSchema.examples = jsonSchema['samples'] as NonNullable<typeof jsonSchema.examples>;
      delete jsonSchema['samples'];
    },
  });
  return { ...schema, $id: 'belljar.policy.schema.json' };
}
