import { type ChildProcess, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';

/** Another user of this machine, who opens connections to a port of it and says nothing. Needs root. */
export function connectAs(
  context: TestContext,
  { uid, port, count }: { readonly uid: number; readonly port: number; readonly count: number },
): ChildProcess {
  const program = `
const { connect } = require('node:net');
for (let each = 0; each < ${count}; each += 1) connect(${port}, '127.0.0.1').on('error', () => undefined);
process.stdin.resume().on('end', () => process.exit());
`;
  const child = spawn(process.execPath, ['-e', program], {
    stdio: ['pipe', 'ignore', 'inherit'],
    cwd: '/',
    ...{ uid, gid: uid },
  });
  context.after(() => child.kill('SIGKILL'));
  return child;
}
