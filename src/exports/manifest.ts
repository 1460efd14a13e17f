import { z } from 'zod';

import { isWorkspacePath } from '../sessions/index.ts';

/** Where each part of a bundle lies in it. */
export const parts = {
  manifest: 'manifest.json',
  workspace: 'workspace.json',
  pylock: 'pylock.toml',
  requirements: 'requirements.txt',
  sbom: 'sbom.cdx.json',
  policy: 'policy.json',
  record: 'record.jsonl',
} as const;

/** Below these lie files with names of others. */
export const licencesFolder = 'licences/';
export const filesFolder = 'files/';

export type PartName = keyof typeof parts;

/** A bundle has no more entries than that. */
export const maxEntries = 100_000;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const path = z.string().refine(isBundlePath, 'is no path of a bundle');

const fileSchema = z.strictObject({ path, sizeBytes: z.int().nonnegative(), sha256 });

export const manifestSchema = z.strictObject({
  belljarBundle: z.literal(1),
  /** What it is a bundle of. */
  kind: z.enum(['workspace', 'environment']),
  subject: z.string().min(1).max(512),
  exportedAt: z.iso.datetime(),
  policyHash: sha256,
  files: z.array(fileSchema).max(maxEntries),
});

export type Manifest = Readonly<z.output<typeof manifestSchema>>;
export type ManifestFile = Readonly<z.output<typeof fileSchema>>;

/** Whether a path is that of a part, or below one of the folders, without anything that a file system could take otherwise. */
export function isBundlePath(text: string): boolean {
  if ((Object.values(parts) as string[]).includes(text)) return true;
  const folder = [licencesFolder, filesFolder].find((each) => text.startsWith(each));
  return folder !== undefined && isWorkspacePath(text.slice(folder.length));
}
