import { basename, join } from 'node:path';

import { z } from 'zod';

import type { Sealed } from '../sealed/index.ts';
import type { StoredWheel } from './stored-wheel.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What lies beside a stored wheel's files, and tells of them. */
const manifestSchema = z.strictObject({
  format: z.literal(1),
  sha256,
  filename: z.string(),
  name: z.string(),
  version: z.string(),
  distInfo: z.string(),
  files: z.array(
    z.strictObject({
      scheme: z.enum(['site', 'scripts', 'headers', 'data']),
      path: z.string().min(1),
      sha256,
      sizeBytes: z.int().min(0),
      isExecutable: z.boolean(),
      isPythonScript: z.boolean(),
    }),
  ),
  entryPoints: z.array(
    z.strictObject({
      group: z.enum(['console_scripts', 'gui_scripts']),
      name: z.string(),
      module: z.string(),
      attribute: z.string(),
    }),
  ),
  installedBytes: z.int().min(0),
});

type WheelManifest = Omit<StoredWheel, 'folder'>;

export function writeManifest(manifest: WheelManifest): string {
  return `${JSON.stringify({ format: 1, ...manifest })}\n`;
}

/** Undefined for what was cut off, or is another wheel's, or of a form that is not ours. */
export function openManifest(text: string, place: string): Sealed<StoredWheel> | undefined {
  const manifest = readManifest(text);
  if (manifest?.sha256 !== basename(place)) return undefined;
  const folder = join(place, 'tree');
  const files = manifest.files.map(({ scheme, path, ...file }) => ({ ...file, path: `${scheme}/${path}` }));
  return { value: { ...manifest, folder }, folder, files };
}

function readManifest(text: string): WheelManifest | undefined {
  try {
    const { format: _, ...manifest } = manifestSchema.parse(JSON.parse(text));
    return manifest;
  } catch {
    return undefined;
  }
}
