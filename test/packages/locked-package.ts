import type { LockedPackage } from '../../src/packages/resolve/index.ts';

/** One package of a lock, with one wheel for everything. */
export function lockedPackage(name: string, more: Partial<LockedPackage> = {}): LockedPackage {
  const version = more.version ?? '1.0';
  const filename = `${name}-${version}-py3-none-any.whl`;
  const wheel = { filename, url: `https://files.example/${filename}`, sha256: 'ab'.repeat(32) };
  return { name, version, index: 'default', isRequested: true, requiredBy: [], extras: [], wheels: [wheel], ...more };
}
