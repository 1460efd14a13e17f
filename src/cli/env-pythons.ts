import { Pythons } from '../environments/index.ts';
import { cacheFolder, resolveHome } from '../storage/index.ts';
import { type Command, type Invocation, isFlagSet, printJson, printLine } from './command.ts';
import { toVisible } from './terminal-text.ts';

export const envPythonsCommand: Command = {
  positionals: 0,
  help: `
belljar env pythons [OPTION…]

Prints the CPythons of this machine that environments can be made with: those of the usual places, of PATH, of pyenv and
of uv, and the one that BELLJAR_PYTHON names.

  --json          one document, with what identifies each build

Exit code: 0.

Example:
  belljar env pythons
`,
  options: {},
  run: list,
};

async function list({ io, values, signal }: Invocation): Promise<number> {
  const pythons = await new Pythons({ env: io.env, cacheFolder: cacheFolder(resolveHome(io.env)) }).list(signal);
  const shown = pythons.map(({ version, executable, tag, build }) => ({ version, executable, tag, build }));
  if (isFlagSet(values, 'json')) printJson(io, { pythons: shown });
  else if (shown.length === 0) printLine(io, 'there is no CPython of version 3.9 or newer');
  else for (const { version, executable } of shown) printLine(io, toVisible(`${version.padEnd(8)}  ${executable}`));
  return 0;
}
