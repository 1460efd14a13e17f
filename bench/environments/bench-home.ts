import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { type AnsweredPlan, type Belljar, type EnvironmentLease, openBelljar } from '../../src/belljar.ts';
import { databasePath, environmentsFolder, openDatabase, sql } from '../../src/storage/index.ts';
import { placeUv } from '../../test/packages/uv.ts';

const asker = { actor: { id: 'bench', kind: 'user' }, role: 'owner' } as const;
const operator = { actor: { id: 'operator', kind: 'user' }, role: 'operator' } as const;

/** However old the advisories are that came with Belljar: their age is not what is measured. */
const policy = 'version: 1\npackages:\n  advisories: {maximumAge: 36500d}\n';

/** A wheel as an index has it. */
export interface BroughtFile {
  readonly filename: string;
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** A home for measurements, whose packages come from the index that this machine is configured with. */
export interface BenchHome extends AsyncDisposable {
  /** The folder of environments and of what they are made of. */
  readonly environments: string;
  /** Has a wish planned and agreed to, and all its wheels brought. */
  readonly bring: (
    ...requirements: readonly string[]
  ) => Promise<{ readonly lock: string; readonly wheels: readonly BroughtFile[] }>;
  readonly acquire: (lock: string) => Promise<EnvironmentLease>;
  /** Takes an environment off the shelf; what it was made of stays in the store. */
  readonly forget: (key: string) => Promise<void>;
}

/** Where another home is named, its wheels need not be brought again. */
export async function openBenchHome(home: string, other?: string): Promise<BenchHome> {
  await mkdir(home, { mode: 0o711 });
  if (other !== undefined) execFileSync('cp', ['-al', join(other, 'cache'), join(home, 'cache')]);
  else await placeUv(join(home, 'cache'));
  const policyFile = join(home, 'policy.yaml');
  await writeFile(policyFile, policy, { mode: 0o600 });
  const opened = new AsyncDisposableStack();
  const belljar = opened.use(await openBelljar({ home, policyFile }));
  const database = await openDatabase({ path: databasePath(home) });
  opened.defer(() => database.close());
  const environments = environmentsFolder(home);
  const removed = join(home, 'removed');
  await mkdir(removed);

  const bring: BenchHome['bring'] = async (...requirements) => {
    const { lock, verdict } = await belljar.packages.plan({ requirements, ...asker });
    if (lock === undefined) throw new Error(`${requirements.join(' ')}: ${verdict}`);
    const brought = await belljar.packages.bring(lock.digest, { asker, signal: AbortSignal.timeout(600_000) });
    const wheels = brought.wheels.map(({ filename, sha256, path }) => ({
      filename,
      sha256,
      bytes: readFileSync(path),
    }));
    // With what was found in the wheels.
    const plan = await belljar.packages.plan({ requirements, ...asker });
    if (plan.verdict === 'ask') await agree(belljar, plan);
    return { lock: lock.digest, wheels };
  };

  return {
    ...{ environments, bring },
    acquire: (lock) => belljar.environments.acquire({ lock, asker }),
    forget: async (key) => {
      const folder = (await belljar.environments.shelf()).folderOf(key);
      await database.write(
        sql`delete from environment_leases where environment = ${key}`,
        sql`delete from environments where key = ${key}`,
      );
      // Removed at the end: ext4 makes folders many times slower for a while after thousands of them were removed.
      await rename(folder, join(removed, `${basename(folder)}-${performance.now()}`));
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function agree({ packages: { approvals } }: Belljar, plan: AnsweredPlan): Promise<void> {
  const { id } = await approvals.ask({ plan, ...asker, because: 'a benchmark' });
  await approvals.answer({ id, answer: 'approved', ...operator, reason: 'a benchmark' });
}
