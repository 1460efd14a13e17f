import { posix } from 'node:path';

import type { StoredFile, StoredWheel } from '../environments/index.ts';
import type { SealedContent } from './bundle-file.ts';
import type { KnownLicence } from './known-licence.ts';
import { isBundlePath, licencesFolder } from './manifest.ts';

export interface LicencedPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: KnownLicence | undefined;
  /** Undefined where its wheel is not in the store any more. */
  readonly wheel: StoredWheel | undefined;
}

/** What the list of the licences says of one package. */
export interface LicenceEntry {
  readonly name: string;
  readonly version: string;
  readonly licence: string | null;
  /** Where in its METADATA that was read. */
  readonly source: string | null;
  readonly files: readonly string[];
  /** Why there are none, or fewer than its wheel has. */
  readonly note: string | null;
}

export interface LicenceFiles {
  readonly list: readonly LicenceEntry[];
  readonly files: readonly SealedContent[];
}

/** Longer ones are no licences. */
const maxLicenceBytes = 4 << 20;
const mostPerPackage = 100;
const telling = /^(?:licen[cs]e|copying|copyright|notice|authors|patents)\b/i;

/** The licence files of every wheel, as they lie in the store, and a list of what each package says of its licence. */
export function collectLicences(packages: readonly LicencedPackage[]): LicenceFiles {
  const collected = packages.map((each) => collect(each));
  return { list: collected.map(({ entry }) => entry), files: collected.flatMap(({ files }) => files) };
}

function collect({ name, version, licence, wheel }: LicencedPackage) {
  const found = wheel === undefined ? [] : wheel.files.filter((file) => isLicence(file, wheel));
  const files = found
    .flatMap((file) => place(file, wheel, `${licencesFolder}${name}-${version}`))
    .slice(0, mostPerPackage);
  const entry: LicenceEntry = {
    ...{ name, version, licence: licence?.expression ?? null, source: licence?.source ?? null },
    files: files.map(({ path }) => path),
    note: describe(wheel, found.length, files.length),
  };
  return { entry, files };
}

/** What stands in the folder that is meant for them, or beside METADATA under a name that is. */
function isLicence({ scheme, path }: StoredFile, { distInfo }: StoredWheel): boolean {
  if (scheme !== 'site' || !path.startsWith(`${distInfo}/`)) return false;
  const rest = path.slice(distInfo.length + 1);
  return /^licen[cs]es\//i.test(rest) || (!rest.includes('/') && telling.test(rest));
}

function place(file: StoredFile, wheel: StoredWheel | undefined, folder: string): SealedContent[] {
  if (wheel === undefined || file.sizeBytes > maxLicenceBytes) return [];
  const path = `${folder}/${file.path.slice(wheel.distInfo.length + 1)}`;
  // Its name was chosen by whoever made the wheel.
  if (!isBundlePath(path)) return [];
  return [{ path, sizeBytes: file.sizeBytes, hostPath: posix.join(wheel.folder, file.scheme, file.path) }];
}

function describe(wheel: StoredWheel | undefined, found: number, kept: number): string | null {
  if (wheel === undefined) return 'its wheel is not in the store any more';
  if (found === 0) return 'its wheel has no licence file';
  return kept < found
    ? `${found - kept} of its licence files are too large, too many, or have names that are not taken`
    : null;
}
