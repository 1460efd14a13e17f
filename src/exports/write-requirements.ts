import type { Lock } from '../packages/index.ts';

/** The lock as `pip install --require-hashes -r` takes it: every version and every hash, and nothing left to find. */
export function writeRequirements({ packages }: Lock): string {
  return packages
    .map(({ name, version, wheels, sdist }) => {
      const files = [...wheels, ...(sdist === undefined ? [] : [sdist])];
      return [`${name}==${version}`, ...files.map(({ sha256 }) => `    --hash=sha256:${sha256}`)].join(' \\\n');
    })
    .map((entry) => `${entry}\n`)
    .join('');
}
