import type { Lock, LockedFile, LockedPackage } from './lock.ts';

export interface PinnedVersion {
  readonly name: string;
  readonly version: string;
}

/** Versions and no files, as a `pylock.toml` that only another resolution reads. */
export function writeVersions(versions: readonly PinnedVersion[]): string {
  const each = versions.map(({ name, version }) => {
    return ['[[packages]]', `name = ${quote(name)}`, `version = ${quote(version)}`].join('\n');
  });
  return `${['lock-version = "1.0"\ncreated-by = "belljar"', ...each].join('\n\n')}\n`;
}

/** The lock as a `pylock.toml` (PEP 751) that any installer reads: always the same text for the same lock. */
export function writePylock({ packages, requiresPython }: Lock): string {
  const head = [
    'lock-version = "1.0"',
    'created-by = "belljar"',
    ...(requiresPython === undefined ? [] : [`requires-python = ${quote(requiresPython)}`]),
  ];
  return `${[head.join('\n'), ...packages.map((each) => writePackage(each, packages))].join('\n\n')}\n`;
}

function writePackage({ name, version, wheels, sdist }: LockedPackage, all: readonly LockedPackage[]): string {
  const needed = all.filter(({ requiredBy }) => requiredBy.includes(name));
  return [
    '[[packages]]',
    `name = ${quote(name)}`,
    `version = ${quote(version)}`,
    ...(needed.length === 0
      ? []
      : [`dependencies = [${needed.map((each) => `{ name = ${quote(each.name)} }`).join(', ')}]`]),
    ...(sdist === undefined ? [] : [`sdist = ${writeFile(sdist)}`]),
    ...(wheels.length === 0 ? [] : ['wheels = [', ...wheels.map((file) => `    ${writeFile(file)},`), ']']),
  ].join('\n');
}

function writeFile({ filename, url, sha256, sizeBytes, uploadTime }: LockedFile): string {
  const parts = [
    `name = ${quote(filename)}`,
    ...(uploadTime === undefined ? [] : [`upload-time = ${new Date(uploadTime).toISOString()}`]),
    `url = ${quote(url)}`,
    ...(sizeBytes === undefined ? [] : [`size = ${sizeBytes}`]),
    `hashes = { sha256 = ${quote(sha256)} }`,
  ];
  return `{ ${parts.join(', ')} }`;
}

/** JSON's escapes are all escapes of TOML, too, but for the one character that JSON leaves as it is. */
function quote(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll('\u007f', String.raw`\u007f`);
}
