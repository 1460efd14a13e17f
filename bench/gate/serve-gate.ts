/** The gate over an index of loopback. Arguments: the index's address, a folder. Prints its port and the client's path. */
import { join } from 'node:path';

import { parseDefaultPolicy } from '../../src/policy/index.ts';
import { Gate, Inspections } from '../../src/packages/gate/index.ts';
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
  metadataSha256: '0'.repeat(64),
};
const gate = new Gate({
  upstream,
  policy: () => current,
  advisories: () => ({ asOf: new Date().toISOString().slice(0, 10) + 'T00:00:00Z', find: () => [] }),
  inspections: new Inspections({ folder: join(folder, 'inspections'), inspector: 'bench' }),
  inspect: async () => sound,
});
const { port } = await gate.listen();
console.log(`${port} ${gate.admit({ id: 'bench', view: 'strict' }).path}`);
