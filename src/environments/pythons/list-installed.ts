import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { z } from 'zod';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';

/** Without what a start of Python runs of what is installed; metadata is read, and nothing imported. */
const flags = ['-I', '-S'];

const listProgram = `
import importlib.metadata, json, site, sys
order = site.getsitepackages([sys.base_prefix])
folders = sorted(sys.argv[1:], key=lambda folder: order.index(folder) if folder in order else len(order))
found = {}
for each in importlib.metadata.distributions(path=folders):
    name, version = each.metadata["Name"], each.metadata["Version"]
    if name and version:
        found.setdefault(name, version)
print(json.dumps(sorted(found.items())))
`;

const installedSchema = z.array(
  z.tuple([z.string().max(200), z.string().max(200)]).transform(([name, version]) => ({ name, version })),
);

/** What is installed beside a Python, by the names and versions that its metadata says. */
export type InstalledPackage = z.output<typeof installedSchema>[number];

export interface ListInstalledOptions {
  readonly executable: string;
  /** The folders of packages that lie beside it. */
  readonly folders: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

const run = promisify(execFile);
const answerTimeoutMs = 30_000;
const maxAnswerBytes = 8 * 1024 * 1024;

/**
 * Lists what is installed beside a Python.
 *
 * @throws PYTHON_NOT_FOUND where it does not answer, CANCELLED.
 */
export async function listInstalled(options: ListInstalledOptions): Promise<readonly InstalledPackage[]> {
  const { executable, folders, signal } = options;
  try {
    const { stdout } = await run(executable, [...flags, '-c', listProgram, ...folders], {
      ...{ timeout: answerTimeoutMs, maxBuffer: maxAnswerBytes, cwd: '/' },
      ...(signal === undefined ? {} : { signal }),
    });
    return installedSchema.parse(JSON.parse(stdout));
  } catch (cause) {
    refuseWhenCancelled(signal);
    throw new BelljarError('PYTHON_NOT_FOUND', `${executable} does not tell what is installed beside it`, { cause });
  }
}
