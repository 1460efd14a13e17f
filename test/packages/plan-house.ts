import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { findInterpreter } from '../../src/environments/index.ts';
import type { AdvisorySource, KeptInspection } from '../../src/packages/gate/index.ts';
import { LearnedImports } from '../../src/packages/learned/index.ts';
import { type Plan, Planner, type PlannerOptions, type PlanOptions } from '../../src/packages/plan/index.ts';
import { readArguments } from '../../src/packages/wish/index.ts';
import { parsePolicy } from '../../src/policy/index.ts';
import { type Entry, openHomeRecord } from '../../src/record/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { MemoryUpstream } from './memory-upstream.ts';
import { placeUv } from './uv.ts';

/** All that planning needs, on a home of the test's own; what is not said is known and good. */
export interface PlanHouse {
  readonly upstream: MemoryUpstream;
  readonly planner: Planner;
  readonly database: Database;
  /** What was learned of modules. */
  readonly imports: LearnedImports;
  readonly inspections: Map<string, KeptInspection>;
  /** What is known against packages, by name and version: `dep 1.0`. */
  readonly advisories: Map<string, ReturnType<AdvisorySource['find']>>;
  /** What the policy says under `packages`, as YAML in one line, or the whole of it. */
  readonly setPolicy: (packages: string, more?: string) => void;
  readonly plan: (wish: readonly string[], options?: Partial<PlanOptions>) => Promise<Plan>;
  readonly entries: () => Promise<Entry[]>;
}

export const now = new Date('2026-06-15T12:00:00Z');

/** A licence, as every package of these tests has it that says nothing else. */
export const mit = ['License-Expression: MIT'];

export async function openPlanHouse(
  context: TestContext,
  { readSource }: Pick<PlannerOptions, 'readSource'> = {},
): Promise<PlanHouse> {
  const folder = await temporaryFolder(context);
  const upstream = new MemoryUpstream();
  await placeUv(join(folder, 'kept'));
  const home = await openHomeRecord(join(folder, 'home'));
  context.after(async () => {
    await home[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });
  const inspections = new Map<string, KeptInspection>();
  const advisories: PlanHouse['advisories'] = new Map();
  const imports = new LearnedImports(home.database);
  let current = readPolicy('{}');
  const planner = new Planner({
    ...{ upstream, database: home.database, record: home.record, python: await findInterpreter(), freshMs: 600_000 },
    folders: { uv: join(folder, 'kept'), volumes: join(folder, 'volumes'), cache: join(folder, 'cache') },
    currentPolicy: () => current,
    currentAdvisories: () => ({
      asOf: '2026-06-15T00:00:00Z',
      digest: [...advisories.keys()].join(),
      find: (name, version) => advisories.get(`${name} ${version}`) ?? [],
    }),
    imports,
    findInspection: ({ sha256 }) => Promise.resolve(inspections.get(sha256)),
    now: () => now,
    readSource,
  });
  return {
    ...{ upstream, planner, database: home.database, imports, inspections, advisories },
    setPolicy: (packages, more = '') => {
      current = readPolicy(packages, more);
    },
    plan: (wish, options = {}) => {
      const { requirements, problems } = readArguments(wish);
      assert.deepEqual(problems, []);
      return planner.plan({
        ...{ requirements, actor: { id: 'ada', kind: 'user' }, role: 'owner' },
        target: { pythonVersion: '3.12' },
        ...options,
      });
    },
    entries: () => home.record.tail({ limit: 100 }),
  };
}

function readPolicy(packages: string, more = ''): { policy: ReturnType<typeof parse>['policy']; hash: string } {
  return parse(`version: 1\npackages: ${packages}\n${more}`);
}

function parse(text: string) {
  const reading = parsePolicy(text, 'test.yaml');
  if (!reading.ok) assert.fail(JSON.stringify(reading));
  return reading;
}

/** `name version` of each package, with its verdict where that is not allow. */
export function summarize({ packages }: Plan): string[] {
  return packages.map(({ name, version, verdict }) => `${name} ${version}${verdict === 'allow' ? '' : ` ${verdict}`}`);
}
