import { z } from 'zod';

import { BelljarError } from '../errors.ts';
import { type ClaimedPackage, readPylock, readRequirementsText } from '../packages/index.ts';
import { normalizeName } from '../policy/index.ts';
import type { EnvironmentDocument } from './workspace-document.ts';

/** The documents of a bundle that tell which packages it means. */
export interface ClaimDocuments {
  readonly pylock: string;
  readonly requirements: string;
  readonly sbom: string;
}

const sbomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z
    .array(
      z.object({
        name: z.string(),
        version: z.string(),
        hashes: z.array(z.object({ alg: z.string(), content: z.string() })).default([]),
      }),
    )
    .max(10_000)
    .default([]),
});

/**
 * The packages that a bundle means. All of its documents have to mean the same: whoever read one of them has read what
 * comes in.
 *
 * @throws BUNDLE_INVALID
 */
export function readClaim(
  documents: ClaimDocuments,
  { requested }: Pick<EnvironmentDocument, 'requested'>,
): ClaimedPackage[] {
  const reading = readPylock(documents.pylock);
  if (!reading.ok) throw invalid(`its pylock.toml cannot be read: ${reading.message}`);
  const claimed = reading.packages.map(({ name, version, wheels, sdist }): ClaimedPackage => {
    const [file, ...others] = [...wheels, ...(sdist === undefined ? [] : [sdist])];
    if (file === undefined || others.length > 0) throw invalid(`its pylock.toml has not one file of ${name}`);
    return { name, version, ...file };
  });
  const lines = new Set(claimed.map(lineOf));
  for (const name of requested) {
    if (!claimed.some((each) => each.name === name)) throw invalid(`it asks for ${name}, which is not in its lock`);
  }
  requireSame(lines, readSbom(documents.sbom), 'sbom.cdx.json');
  requireSame(lines, readRequirements(documents.requirements), 'requirements.txt');
  return claimed;
}

interface Line {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

function lineOf({ name, version, sha256 }: Line): string {
  return `${normalizeName(name)} ${version} ${sha256}`;
}

function readSbom(text: string): string[] {
  const parsed = sbomSchema.safeParse(parseJson(text));
  if (!parsed.success) throw invalid('its sbom.cdx.json is no bill of materials');
  return parsed.data.components.map(({ name, version, hashes }) => {
    const sha256 = hashes.find(({ alg }) => alg === 'SHA-256')?.content ?? '';
    return lineOf({ name, version, sha256 });
  });
}

function readRequirements(text: string): string[] {
  const { requirements, problems } = readRequirementsText(Buffer.from(text), { from: 'requirements.txt' });
  if (problems.length > 0) throw invalid('its requirements.txt cannot be read');
  return requirements.map(({ name, specifier, sha256s: [sha256 = '', ...others] }) => {
    if (others.length > 0) throw invalid(`its requirements.txt has not one hash of ${name}`);
    return lineOf({ name, version: specifier.replace(/^==/, ''), sha256 });
  });
}

function requireSame(lines: ReadonlySet<string>, others: readonly string[], where: string): void {
  const odd = others.find((line) => !lines.has(line)) ?? (new Set(others).size === lines.size ? undefined : 'one less');
  if (odd === undefined && others.length === lines.size) return;
  throw invalid(`its ${where} means other packages than its pylock.toml`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no schema takes that
  }
}

function invalid(why: string): BelljarError {
  return new BelljarError('BUNDLE_INVALID', `the bundle is not taken: ${why}`);
}
