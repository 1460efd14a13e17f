import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';

import { BelljarError } from '../errors.ts';

/** Variables by which a caller tells Python how to behave; none of them leads to code or to files of this machine. */
const passedVariables = [
  'PYTHONUNBUFFERED',
  'PYTHONDONTWRITEBYTECODE',
  'PYTHONIOENCODING',
  'PYTHONUTF8',
  'PYTHONHASHSEED',
  'PYTHONWARNINGS',
  'PYTHONFAULTHANDLER',
  'PYTHONOPTIMIZE',
  'PYTHONDEVMODE',
  'PYTHONNOUSERSITE',
  'PYTHONSAFEPATH',
  'MPLBACKEND',
  'NO_COLOR',
  'FORCE_COLOR',
];

export function choosePythonVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    passedVariables.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The command that is the Python of a workspace, whichever that is. */
export function pythonCommand(args: readonly string[]): [string, ...string[]] {
  return ['sh', '-c', 'exec "$QUARTO_PYTHON" "$@"', 'python', ...args];
}

/** The caller's folder where it is shown inside, at the same path; else that of the workspace. */
export function chooseFolder(current: string, shown: readonly string[]): string | undefined {
  return isShown(current, shown) ? current : undefined;
}

/**
 * A script of this machine can only be run where it is shown; one that is not here may be among the workspace's files.
 *
 * @throws USAGE for a script that is here and not there.
 */
export function requireScriptShown(args: readonly string[], current: string, shown: readonly string[]): void {
  const script = findScript(args);
  if (script === undefined) return;
  const path = resolve(current, script);
  if (isShown(path, shown) && (isAbsolute(script) || isShown(current, shown))) return;
  if (!existsSync(path)) return;
  throw new BelljarError('USAGE', `${path} is not there behind glass: its folder is not shown`, {
    hint: 'Make the shim with `belljar env python --show FOLDER`, or put the file into the workspace.',
  });
}

/** What Python would take for the script; undefined where it takes none. */
function findScript(args: readonly string[]): string | undefined {
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    if (word === '--') return args[at + 1];
    if (word === '-' || /^-[a-zA-Z]*[cm]/.test(word)) return undefined;
    if (!word.startsWith('-')) return word;
    if (/^-[a-zA-Z]*[WX]$/.test(word) || word === '--check-hash-based-pycs') at += 1;
  }
  return undefined;
}

function isShown(path: string, shown: readonly string[]): boolean {
  const real = existsSync(path) ? realpathSync(path) : path;
  return [path, real].every((each) => shown.some((folder) => `${each}/`.startsWith(`${resolve(folder)}/`)));
}
