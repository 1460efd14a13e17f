import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Runs the programs of a folder that were named, or all of them; options pass on to each. Resolves to the exit code. */
export async function runPrograms(folder: string, args: readonly string[]): Promise<number> {
  const firstOption = args.findIndex((arg) => arg.startsWith('-'));
  const names = firstOption === -1 ? args : args.slice(0, firstOption);
  const options = firstOption === -1 ? [] : args.slice(firstOption);
  const known = readdirSync(folder)
    .filter((file) => /^[a-z-]+\.ts$/.test(file) && file !== 'main.ts')
    .map((file) => basename(file, '.ts'));
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    console.error(`there is no ${unknown.join(', ')}; there are ${known.join(', ')}`);
    return 2;
  }
  let worst = 0;
  for (const name of names.length > 0 ? names : known) {
    console.log(`\n${name}`);
    worst = Math.max(worst, await runProgram(join(folder, `${name}.ts`), options));
  }
  return worst;
}

function runProgram(file: string, options: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...options], {
    stdio: 'inherit',
  });
  return new Promise((resolve) => child.once('close', (code) => resolve(code ?? 1)));
}
