import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

interface ForPython {
  readonly executable: string;
  readonly version: string;
}

/** Lays out an environment without packages; resolves to where below it they are looked for. */
export async function makeEmptyEnvironment(folder: string, { executable, version }: ForPython): Promise<string> {
  const minor = version.split('.').slice(0, 2).join('.');
  const sitePackages = `lib/python${minor}/site-packages`;
  await mkdir(join(folder, 'bin'), { recursive: true });
  await mkdir(join(folder, sitePackages), { recursive: true });
  await symlink(executable, join(folder, 'bin/python'));
  const settings = `home = ${dirname(executable)}\ninclude-system-site-packages = false\nversion = ${version}\n`;
  await writeFile(join(folder, 'pyvenv.cfg'), settings);
  return sitePackages;
}
