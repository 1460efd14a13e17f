import { compareVersions, normalizeName, parseVersion } from '../../policy/index.ts';
import { readCoreMetadata } from '../inspection/index.ts';

export interface SourceIdentity {
  readonly name: string;
  readonly version: string;
}

/** What decides which versions are chosen: where a build may change one of these, nobody knows it before. */
const deciding = new Set(['requires-dist', 'requires-python', 'provides-extra']);

/**
 * PKG-INFO, where every wheel that is built must say the same of what it needs: from metadata version 2.2 on, and where
 * no field that decides is named as dynamic.
 */
export function findStaticMetadata(bytes: Uint8Array | null, { name, version }: SourceIdentity): Buffer | undefined {
  if (bytes === null) return undefined;
  const reading = readCoreMetadata(bytes);
  if (!reading.ok || !isSame(reading.metadata, { name, version })) return undefined;
  const fields = readFields(bytes);
  const [, major = 0, minor = 0] = /^([0-9]+)\.([0-9]+)$/.exec(fields.get('metadata-version')?.[0] ?? '') ?? [];
  const isRecent = Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 2);
  const isDynamic = fields.get('dynamic')?.some((field) => deciding.has(field.toLowerCase())) ?? false;
  return isRecent && !isDynamic ? Buffer.from(bytes) : undefined;
}

export function isSame(one: SourceIdentity, other: SourceIdentity): boolean {
  const [version, wanted] = [parseVersion(one.version), parseVersion(other.version)];
  if (version === undefined || wanted === undefined) return false;
  return normalizeName(one.name) === normalizeName(other.name) && compareVersions(version, wanted) === 0;
}

function readFields(bytes: Uint8Array): Map<string, string[]> {
  const [head = ''] = Buffer.from(bytes)
    .toString('utf8')
    .split(/\r?\n\r?\n/, 1);
  const fields = new Map<string, string[]>();
  for (const [, name = '', value = ''] of head.matchAll(/^([A-Za-z-]+):[ \t]*(.*?)[ \t\r]*$/gm)) {
    const key = name.toLowerCase();
    fields.set(key, [...(fields.get(key) ?? []), value]);
  }
  return fields;
}
