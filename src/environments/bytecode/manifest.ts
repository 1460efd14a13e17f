import { join } from 'node:path';

import { z } from 'zod';

import type { Sealed } from '../sealed/index.ts';
import type { StoredBytecode } from './stored-bytecode.ts';

/** What lies beside compiled modules, and tells of them. */
const manifestSchema = z.strictObject({
  format: z.literal(1),
  files: z.array(
    z.strictObject({
      path: z.string().min(1),
      sizeBytes: z.int().min(0),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
  failures: z.array(z.strictObject({ path: z.string(), message: z.string() })),
});

export function writeManifest(bytecode: Omit<StoredBytecode, 'folder'>): string {
  return `${JSON.stringify({ format: 1, ...bytecode })}\n`;
}

/** Undefined for what was cut off, or is of a form that is not ours. */
export function openManifest(text: string, place: string): Sealed<StoredBytecode> | undefined {
  const folder = join(place, 'tree');
  try {
    const { files, failures } = manifestSchema.parse(JSON.parse(text));
    return {
      value: { folder, files, failures },
      folder,
      files: files.map((file) => ({ ...file, isExecutable: false })),
    };
  } catch {
    return undefined;
  }
}
