import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { findInterpreter } from '../../src/environments/index.ts';
import { Inspections, openListed, type WheelToInspect } from '../../src/packages/gate/index.ts';
import { Inspector } from '../../src/packages/inspection/index.ts';
import {
  type BuildLimits,
  type BuildRequest,
  type BuildResult,
  SourceBuilder,
} from '../../src/packages/source-build/index.ts';
import type { BuiltFile } from '../support/wheels.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openPlanHouse, type PlanHouse } from './plan-house.ts';

/** All that building takes, on a home of the test's own. */
export interface SourceHouse extends PlanHouse {
  readonly folder: string;
  readonly builder: SourceBuilder;
  readonly build: (name: string, source: BuiltFile, options?: Partial<BuildRequest>) => Promise<BuildResult>;
  /** The plans that were made of what builds need, as the names in each. */
  readonly planned: string[];
}

export async function openSourceHouse(context: TestContext, limits: Partial<BuildLimits> = {}): Promise<SourceHouse> {
  const house = await openPlanHouse(context, {
    readSource: ({ file, signal, mayBuild, name, version }) => {
      const sdist = { filename: file.filename, url: file.url, sha256: file.sha256 ?? '' };
      return builder.describe({ sdist, name, version, python, mayBuild, acceptsAsked: true, signal });
    },
  });
  const folder = await temporaryFolder(context);
  const inspector = new Inspector({ workers: 1 });
  const inspections = new Inspections({ folder: join(folder, 'inspections'), inspector: 'test' });
  const python = await findInterpreter();
  const planned: string[] = [];
  const builder = new SourceBuilder({
    ...{ folder: join(folder, 'built'), cacheFolder: join(folder, 'cache'), upstream: house.upstream, limits },
    planTools: async ({ requirements, pythonVersion }) => {
      planned.push(requirements.map(({ name }) => name).join(' '));
      const asked = requirements.map(({ name, specifier }) => `${name}${specifier}`);
      return house.plan(asked, { target: { pythonVersion }, wheelsOnly: true });
    },
    inspect: async (wheel, signal) => {
      const inspect = (opened: WheelToInspect, looking: AbortSignal): Promise<unknown> => {
        return inspector.inspect({ ...opened, signal: looking });
      };
      const found = await openListed({ upstream: house.upstream, inspections, inspect }, wheel, signal);
      house.inspections.set(wheel.sha256, found);
      return found;
    },
    inspectBuilt: (wheel, signal) => inspector.inspect({ ...wheel, signal }),
  });
  context.after(async () => {
    await builder.close();
    await inspector[Symbol.asyncDispose]();
  });
  const build: SourceHouse['build'] = (name, source, options = {}) => {
    if (!known(house, source)) house.upstream.addFile(name, source);
    const { filename, sha256 } = source;
    const sdist = { filename, sha256, url: `https://files.example/${filename}` };
    return builder.build({ ...{ sdist, name, version: '1.0', python }, ...options });
  };
  return { ...house, folder, builder, build, planned };
}

const seen = new WeakMap<PlanHouse, Set<string>>();

function known(house: PlanHouse, { sha256 }: BuiltFile): boolean {
  const all = seen.get(house) ?? new Set<string>();
  seen.set(house, all);
  if (all.has(sha256)) return true;
  all.add(sha256);
  return false;
}
