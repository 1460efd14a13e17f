import { z } from 'zod';

import { plainValue, readToml, TomlProblem } from '../toml/index.ts';
import { BuildFailure } from './build-failure.ts';
import type { OpenedSource } from './sayings.ts';

/** Who builds a source, as PEP 517 and PEP 518 have it. */
export interface BuildSystem {
  readonly requires: readonly string[];
  /** As `module:object`. */
  readonly backend: string;
  /** Folders of the source itself that hold the backend. */
  readonly folders: readonly string[];
}

/** What holds for sources that say nothing, as other installers have it. */
const legacy: BuildSystem = {
  requires: ['setuptools>=40.8.0'],
  backend: 'setuptools.build_meta:__legacy__',
  folders: [],
};

const backendName = /^[A-Za-z_][\w.]*(?::[A-Za-z_][\w.]*)?$/;

const schema = z.object({
  'build-system': z
    .object({
      requires: z.array(z.string().max(2000)).max(200),
      'build-backend': z.string().max(500).regex(backendName).optional(),
      'backend-path': z.array(z.string().max(500)).max(20).default([]),
    })
    .optional(),
});

/** Reads who builds a source; it throws a BuildFailure where nobody does. */
export function readBuildSystem({ pyproject, hasSetup }: Pick<OpenedSource, 'pyproject' | 'hasSetup'>): BuildSystem {
  if (pyproject === null && !hasSetup) {
    throw new BuildFailure('its archive holds neither pyproject.toml nor setup.py: nothing says how it is built');
  }
  const found = pyproject === null ? undefined : readTable(pyproject);
  if (found === undefined) return legacy;
  const { requires, 'build-backend': backend, 'backend-path': folders } = found;
  return { requires, backend: backend ?? legacy.backend, folders };
}

function readTable(bytes: Buffer): z.output<typeof schema>['build-system'] {
  const parsed = schema.safeParse(parseToml(bytes));
  if (parsed.success) return parsed.data['build-system'];
  const [issue] = parsed.error.issues;
  throw new BuildFailure(`its pyproject.toml cannot be used: ${issue?.path.join('.')}: ${issue?.message}`);
}

function parseToml(bytes: Buffer): unknown {
  try {
    return plainValue(readToml(bytes.toString('utf8')));
  } catch (error) {
    if (!(error instanceof TomlProblem)) throw error;
    throw new BuildFailure(`its pyproject.toml is no TOML: ${error.message}`);
  }
}
