import { isProjectName, normalizeName, parseVersion, type Version } from '../../policy/index.ts';
import type { WheelProblem } from './problem.ts';

/** What the file name of a wheel says: `name-version[-build]-python-abi-platform.whl`. */
export interface WheelName {
  /** As PEP 503 spells it. */
  readonly name: string;
  readonly version: Version;
  readonly build: string | undefined;
  /** Each `python-abi-platform` that it is for. */
  readonly tags: ReadonlySet<string>;
}

const maxTags = 1000;

export function describeNoName(filename: string): WheelProblem {
  const message = `“${filename.slice(0, 200)}” is no name of a wheel: name-version-python-abi-platform.whl`;
  return { rule: 'wheel.name', message };
}

export function parseWheelName(filename: string): WheelName | undefined {
  const parts = filename.endsWith('.whl') && filename.length <= 500 ? filename.slice(0, -4).split('-') : [];
  if (parts.length !== 5 && parts.length !== 6) return undefined;
  const [name = '', versionText = ''] = parts;
  const build = parts.length === 6 ? parts[2] : undefined;
  const version = parseVersion(versionText.replaceAll('_', '-'));
  const tags = expandTags(parts.slice(-3).join('-'));
  const isRight = isProjectName(name) && /^[\w.]+$/.test(name) && /^[A-Za-z0-9_.!+]+$/.test(versionText);
  if (!isRight || version === undefined || tags === undefined) return undefined;
  if (build !== undefined && !/^[0-9][A-Za-z0-9_.]*$/.test(build)) return undefined;
  return { name: normalizeName(name), version, build, tags };
}

/** `py2.py3-none-any` means both `py2-none-any` and `py3-none-any`. */
export function expandTags(text: string): ReadonlySet<string> | undefined {
  const parts = text.split('-').map((part) => part.split('.'));
  const isRight = parts.length === 3 && parts.flat().every((part) => /^[A-Za-z0-9_]+$/.test(part));
  if (!isRight || parts.reduce((count, part) => count * part.length, 1) > maxTags) return undefined;
  const [pythons = [], abis = [], platforms = []] = parts;
  return new Set(
    pythons.flatMap((python) =>
      abis.flatMap((abi) => platforms.map((platform) => `${python}-${abi}-${platform}`.toLowerCase())),
    ),
  );
}
