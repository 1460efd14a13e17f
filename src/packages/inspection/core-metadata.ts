import { isProjectName, parseVersion } from '../../policy/index.ts';
import { type Headers, readHeaders } from './headers.ts';
import { type LicenceReading, readLicence } from './licence.ts';

/** METADATA as the core metadata specification has it, or the sidecar of a wheel that an index gives out. */
export interface CoreMetadata {
  readonly name: string;
  readonly version: string;
  readonly requiresPython: string | undefined;
  readonly requires: readonly string[];
  readonly extras: readonly string[];
  readonly licence: LicenceReading['licence'];
  readonly licenceContradictions: readonly string[];
  /** The modules it says to bring for others to import, where it says so (from version 2.5 on). */
  readonly importNames: readonly string[];
  /** Those that other projects have their parts in. */
  readonly importNamespaces: readonly string[];
}

export type MetadataReading =
  { readonly ok: true; readonly metadata: CoreMetadata } | { readonly ok: false; readonly message: string };

const maxBytes = 8 * 2 ** 20;
const maxRequirements = 5000;

/** Reads METADATA strictly; a message says what is wrong with it, to be put behind its name. */
export function readCoreMetadata(bytes: Uint8Array): MetadataReading {
  if (bytes.length === 0) return { ok: false, message: 'is missing or empty' };
  if (bytes.length > maxBytes) return { ok: false, message: 'is too large' };
  const reading = readHeaders(bytes);
  return reading.ok ? readFields(reading.headers) : reading;
}

function readFields(headers: Headers): MetadataReading {
  const once = (name: string): string | undefined => headers.get(name)?.[0];
  const repeated = ['metadata-version', 'name', 'version', 'requires-python', 'license', 'license-expression'].find(
    (name) => (headers.get(name)?.length ?? 0) > 1,
  );
  if (repeated !== undefined) return { ok: false, message: `says ${repeated} more than once` };
  const [format = '', name = '', version = ''] = ['metadata-version', 'name', 'version'].map(once);
  if (!/^[12]\.[0-9]+$/.test(format)) return { ok: false, message: 'has no version of the format that is known' };
  if (!isProjectName(name)) return { ok: false, message: 'has no name that a project can have' };
  if (parseVersion(version) === undefined) return { ok: false, message: 'has no version that is one' };
  const requires = headers.get('requires-dist') ?? [];
  if (requires.length > maxRequirements) return { ok: false, message: 'has more requirements than are let in' };
  const { licence, contradictions } = readLicence(headers);
  const metadata: CoreMetadata = {
    name,
    version,
    requiresPython: once('requires-python'),
    requires,
    extras: headers.get('provides-extra') ?? [],
    licence,
    licenceContradictions: contradictions,
    importNames: readImportNames(headers.get('import-name')),
    importNamespaces: readImportNames(headers.get('import-namespace')),
  };
  return { ok: true, metadata };
}

/** `name`, or `name ; private` for what is nobody else's to import. */
function readImportNames(lines: readonly string[] = []): string[] {
  return lines.flatMap((text) => {
    const [name = '', word = ''] = text.split(';').map((part) => part.trim());
    return name === '' || word === 'private' ? [] : [name];
  });
}
