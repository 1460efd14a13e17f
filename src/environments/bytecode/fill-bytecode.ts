import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { FolderWriter } from '../sealed/index.ts';
import type { StoredWheel } from '../wheel-store/index.ts';
import { compileModules } from './compile-modules.ts';
import type { CourseOptions } from './course.ts';
import { writeManifest } from './manifest.ts';
import { planModules } from './plan-modules.ts';
import type { StoredBytecode } from './stored-bytecode.ts';

export type FillBytecodeOptions = Pick<CourseOptions, 'python' | 'backend' | 'moduleTimeMs' | 'terms' | 'signal'>;

/** Compiles a wheel's modules into `tree/` of a folder, and seals it; resolves to its manifest. */
export async function fillBytecode(half: string, wheel: StoredWheel, options: FillBytecodeOptions): Promise<string> {
  const { modules, failures: planned } = planModules(wheel.files, options.python.tag);
  const files: StoredBytecode['files'][number][] = [];
  const failures = [...planned];
  using writer = new FolderWriter(join(half, 'tree'));
  await compileModules({
    ...options,
    modules,
    folder: join(wheel.folder, 'site'),
    take({ compiledPath: path }, compiled) {
      writer.open(path);
      writer.write(compiled);
      writer.close(false);
      const sha256 = createHash('sha256').update(compiled).digest('hex');
      files.push({ path, sizeBytes: compiled.length, sha256 });
    },
    fail: ({ path }, message) => failures.push({ path, message }),
  });
  await writer.seal();
  return writeManifest({ files: files.sort(byPath), failures: failures.sort(byPath) });
}

/** By code units, so that the order is the same on every machine. */
function byPath({ path: one }: { readonly path: string }, { path: other }: { readonly path: string }): number {
  return one < other ? -1 : Number(one > other);
}
