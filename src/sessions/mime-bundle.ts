import { z } from 'zod';

export const bundleSchema = z.record(z.string().max(256), z.unknown());

/** Data by MIME type, as notebooks keep it: text and base64 as strings, JSON types as values. */
export type MimeBundle = Readonly<z.infer<typeof bundleSchema>>;
