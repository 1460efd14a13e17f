/** npm run check: everything that can be said about the code without running it. */
import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';

const node = process.execPath;
const steps: Readonly<Record<string, readonly string[]>> = {
  lint: ['node_modules/eslint/bin/eslint.js', '.'],
  format: ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  types: ['node_modules/typescript/bin/tsc', '-p', '.'],
  imports: ['scripts/check-imports.ts'],
  docs: ['scripts/check-docs.ts'],
};

const results = await Promise.all(Object.entries(steps).map(([name, args]) => runStep(name, args)));
process.exitCode = results.every(Boolean) ? 0 : 1;

async function runStep(name: string, args: readonly string[]): Promise<boolean> {
  const startedAt = performance.now();
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([buffer(child.stdout), buffer(child.stderr), closed]);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(8)} ${seconds} s`);
  if (code !== 0) process.stdout.write(Buffer.concat([stdout, stderr]));
  return code === 0;
}
