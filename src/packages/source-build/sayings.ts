import { z } from 'zod';

const base64 = z
  .base64()
  .max(2 * 2 ** 20)
  .transform((text) => Buffer.from(text, 'base64'));
/** Of what a backend prints the end alone is kept. */
const said = z.string().max(64 * 2 ** 10);

/** How long a line may be that answers an order. */
export const maxSayingBytes = 8 * 2 ** 20;

const opened = z.strictObject({
  pyproject: base64.nullable(),
  /** PKG-INFO, where it has one. */
  metadata: base64.nullable(),
  hasSetup: z.boolean(),
});

const wheel = z.strictObject({
  filename: z.string().min(1).max(500),
  sizeBytes: z.int().min(1),
  /** What stands in its METADATA, to be held against what its inspection finds. */
  metadata: base64,
  said,
});

/** What the program says: exactly one of these for each order; the bytes of a wheel follow it. */
export const sayingSchema = z.union([
  z.strictObject({ opened }),
  z.strictObject({ needs: z.array(z.string().max(2000)).max(500) }),
  z.strictObject({ wheel }),
  /** What is wrong with the archive, to be put behind its name. */
  z.strictObject({ refused: z.string().max(4000) }),
  z.strictObject({ failed: z.strictObject({ what: z.string().max(4000), said }) }),
]);

export type Saying = z.output<typeof sayingSchema>;
export type OpenedSource = Readonly<z.output<typeof opened>>;
export type OfferedWheel = Readonly<z.output<typeof wheel>>;
