import { z } from 'zod';

import { globText, text } from './scalars.ts';

const capabilities = z.array(globText).default([]);

/** Provisional: the section grows with the plugins themselves. */
export const pluginsSchema = z
  .strictObject({
    unsigned: z.enum(['ask', 'deny'], 'must be ask or deny').default('deny').meta({
      description: 'Plugins that no trusted signer signed.',
    }),
    trustedSigners: z
      .array(
        z.strictObject({
          name: text,
          publicKey: z
            .string()
            .regex(/^[A-Za-z0-9+/]{43}=$/, 'an Ed25519 public key is 32 bytes, in base64')
            .meta({ description: 'The Ed25519 public key: 32 bytes in base64.' }),
        }),
      )
      .default([]),
    capabilities: z
      .strictObject({ allow: capabilities, ask: capabilities, deny: capabilities })
      .prefault({})
      .meta({ description: 'What plugins may be granted, by name or glob. What is not listed is denied.' }),
  })
  .prefault({})
  .meta({ description: 'What plugins may be granted (provisional).' });
