import { hash } from 'node:crypto';

import { type Lock, sealLock } from '../../src/packages/resolve/lock.ts';

export interface LockedName {
  readonly name: string;
  readonly version?: string;
  readonly requiredBy?: readonly string[];
}

/** A lock of wheels that need not exist; what nothing needs was asked for. */
export function madeUpLock(...names: readonly LockedName[]): Lock {
  return sealLock({
    target: 'python 3.12.1, this machine: linux x86_64',
    packages: names.map(({ name, version = '1.0', requiredBy = [] }) => {
      const filename = `${name.replaceAll('-', '_')}-${version}-py3-none-any.whl`;
      const file = { filename, url: `https://files.example/${filename}`, sha256: hash('sha256', filename) };
      const isRequested = requiredBy.length === 0;
      return { name, version, isRequested, requiredBy: [...requiredBy], extras: [], wheels: [file] };
    }),
  });
}
