import { hash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { canonicalJson } from '../../canonical-json.ts';
import type { BundlePart } from '../../sandbox/index.ts';
import type { Description } from './ask-python.ts';
import type { PythonBuild } from './python-build.ts';

/** A Python as it answered, and as it is to be shown behind glass. */
export async function describeBuild(description: Description): Promise<PythonBuild> {
  const { executable, version, tag } = description;
  const parts = await describeParts(description);
  return { executable, version: version.join('.'), parts, tag, build: digestOf(description) };
}

/** Nothing of where it lies: the same build elsewhere takes the same wheels and the same bytecode. */
function digestOf({ version, release, tag, magic, abi, platform }: Description): string {
  return hash('sha256', canonicalJson({ version, release, tag, magic, abi, platform }));
}

/**
 * The standard library and the program, without what was installed beside them: packages that nobody judged stay out
 * of sight. The libraries of the distribution's own Python lie where the sandbox shows those of the distribution.
 */
async function describeParts({ executable, prefix, library, sitePackages }: Description): Promise<BundlePart[]> {
  const wanted =
    prefix === '/usr' ? [executable, ...library] : [executable, join(prefix, 'lib'), join(prefix, 'lib64')];
  const shown: string[] = [];
  for (const path of wanted) if (await isThere(path)) shown.push(path);
  const hidden: string[] = [];
  for (const folder of sitePackages) {
    if (shown.some((path) => folder.startsWith(`${path}/`)) && (await isThere(folder))) hidden.push(folder);
  }
  return [...shown.map((path) => ({ hostPath: path, at: path })), ...hidden.map((hide) => ({ hide }))];
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
