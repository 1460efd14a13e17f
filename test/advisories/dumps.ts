import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import type { Prerequisite } from '../support/prerequisite.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { makeZip } from './zip-file.ts';

/** Real advisories, which lie beside the project. */
export const realDump = fileURLToPath(new URL('../../../shared/data/osv-pypi-2024-10.zip', import.meta.url));
export const realAdvisories: Prerequisite = { what: 'the advisories beside the project', holds: existsSync(realDump) };

export type OsvRecord = Record<string, unknown> & { readonly id: string };

/** A record of the OSV format on one package. */
export function osvRecord(id: string, change: Record<string, unknown> = {}): OsvRecord {
  return { id, modified: '2025-01-01T00:00:00Z', affected: [affectedBy('flask', '1.0')], ...change };
}

export function affectedBy(name: string, fixed: string): Record<string, unknown> {
  return {
    package: { ecosystem: 'PyPI', name },
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
  };
}

export function zipOf(records: readonly OsvRecord[]): Buffer {
  return makeZip(records.map((record) => ({ name: `${record.id}.json`, content: JSON.stringify(record) })));
}

/** A ZIP file of records, gone after the test. */
export async function writeDump(context: TestContext, records: readonly OsvRecord[]): Promise<string> {
  const path = join(await temporaryFolder(context), 'dump.zip');
  await writeFile(path, zipOf(records));
  return path;
}
