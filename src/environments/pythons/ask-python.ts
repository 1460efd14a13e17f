import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { z } from 'zod';

import { refuseWhenCancelled } from '../../errors.ts';

const describeProgram = `
import importlib.util, json, os, site, sys, sysconfig
paths = sysconfig.get_paths()
base = sysconfig.get_paths(vars={"base": sys.base_prefix, "platbase": sys.base_exec_prefix})
print(json.dumps({
  "implementation": sys.implementation.name,
  "version": list(sys.version_info[:3]),
  "release": sys.version_info.releaselevel,
  "executable": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
  "prefix": os.path.realpath(sys.base_prefix),
  "library": sorted({base["stdlib"], base["platstdlib"]}),
  "sitePackages": sorted({paths["purelib"], paths["platlib"], *site.getsitepackages([sys.base_prefix])}),
  "tag": sys.implementation.cache_tag or "",
  "magic": importlib.util.MAGIC_NUMBER.hex(),
  "abi": str(sysconfig.get_config_var("SOABI") or ""),
  "platform": sysconfig.get_platform(),
}))
`;

export const descriptionSchema = z.object({
  implementation: z.string(),
  version: z.tuple([z.number(), z.number(), z.number()]),
  /** final, candidate, beta or alpha. */
  release: z.string(),
  executable: z.string(),
  prefix: z.string(),
  library: z.array(z.string()),
  sitePackages: z.array(z.string()),
  tag: z.string(),
  magic: z.string(),
  abi: z.string(),
  platform: z.string(),
});

/** What a Python says of itself. */
export type Description = z.infer<typeof descriptionSchema>;

/** Why a program is none to run with. */
export interface Unfit {
  readonly problem: string;
}

const run = promisify(execFile);
const answerTimeoutMs = 10_000;
const oldestMinor = 9;

/** Asks a program what Python it is; one that does not answer, or is too old, is a value too. */
export async function askPython(path: string, signal?: AbortSignal): Promise<Description | Unfit> {
  try {
    const { stdout } = await run(path, ['-I', '-c', describeProgram], {
      timeout: answerTimeoutMs,
      cwd: '/',
      ...(signal === undefined ? {} : { signal }),
    });
    const parsed = descriptionSchema.safeParse(JSON.parse(stdout));
    return parsed.success ? judge(parsed.data) : { problem: 'it does not answer as a Python does' };
  } catch (error) {
    refuseWhenCancelled(signal);
    return { problem: `it does not answer as a Python does (${(error as Error).message.split('\n')[0]})` };
  }
}

function judge(description: Description): Description | Unfit {
  const { implementation, version } = description;
  const [major, minor] = version;
  if (implementation !== 'cpython') return { problem: `${implementation} is not CPython` };
  if (major === 3 && minor >= oldestMinor) return description;
  return { problem: `Python ${version.join('.')} is older than 3.${oldestMinor}` };
}
