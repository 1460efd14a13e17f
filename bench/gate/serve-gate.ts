/** The gate over an index of loopback. Arguments: the index's address, a folder. Prints its port and the client's path. */
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parseDefaultPolicy } from '../../src/policy/index.ts';
import { Gate, Inspections } from '../../src/packages/gate/index.ts';
import { readMember } from '../../src/packages/resolve/wheel-member.ts';
import { openUpstream } from '../../src/packages/upstream/index.ts';

const [url = '', folder = '.'] = process.argv.slice(2);
const current = parseDefaultPolicy();
const upstream = await openUpstream({ folder: join(folder, 'upstream'), indexes: [{ name: 'default', url }] });
// Wheels are opened once for all; what that costs is measured where it is done.
const sound = {
  verdict: 'sound',
  installedBytes: 1,
  startupFiles: [],
  hasNativeCode: false,
  licence: { expression: 'MIT', source: 'License-Expression' },
};
const gate = new Gate({
  upstream,
  policy: () => current,
  advisories: () => ({ asOf: new Date().toISOString().slice(0, 10) + 'T00:00:00Z', find: () => [] }),
  inspections: new Inspections({ folder: join(folder, 'inspections'), inspector: 'bench' }),
  inspect: async ({ path, filename }) => ({ ...sound, metadataSha256: await digestMetadata(path, filename) }),
});
const { port } = await gate.listen();
console.log(`${port} ${gate.admit({ id: 'bench', view: 'strict' }).path}`);

/** What is given out as METADATA is held against it, as always. */
async function digestMetadata(path: string, filename: string): Promise<string> {
  const [stem = ''] = filename.split('-py3-');
  const metadata = readMember(await readFile(path), `${stem}.dist-info/METADATA`, 1_000_000);
  return hash('sha256', metadata ?? '');
}
