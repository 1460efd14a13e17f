import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { environmentPath } from '../environments/index.ts';
import type { Observer } from './program-case.ts';
import type { Stage } from './stage.ts';

const moduleName = 'lib/acme.py';
const bytecodeName = 'lib/__pycache__/acme.cpython-399.pyc';
const sealed = 'sealed';

/** What lies on the host of environments, as Belljar lays it out: linked from a store, sealed, for everyone to read. */
export interface StagedEnvironment {
  /** Of the attempt itself. */
  readonly folder: string;
  /** A module of it, by the path inside, by the host's, and in the store. */
  readonly module: readonly string[];
  readonly bytecode: readonly string[];
  /** Files of others, that hold the secret. */
  readonly others: readonly string[];
}

/** Lays one out, and shows it to the attempt. */
export function stageEnvironment(stage: Stage): StagedEnvironment {
  const environments = join(stage.folder, 'environments');
  const own = join(environments, 'built/own');
  const stored = join(environments, 'wheels/aa/tree/site/acme.py');
  const others = [join(environments, 'built/other/lib/secret.py'), join(environments, 'wheels/bb/tree/site/secret.py')];
  for (const path of [stored, join(own, bytecodeName)]) lay(path, sealed);
  for (const path of others) lay(path, stage.secret);
  linkSync(stored, join(own, moduleName));
  stage.environment = own;
  return {
    folder: own,
    module: [join(environmentPath, moduleName), join(own, moduleName), stored],
    bytecode: [join(environmentPath, bytecodeName), join(own, bytecodeName)],
    others,
  };
}

function lay(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  writeFileSync(path, content, { mode: 0o444 });
  chmodSync(path, 0o444);
}

/** What it was made of is not what it was any more. */
export const environmentChanged: Observer = {
  what: 'a file of the environment on the host has other content, another mode, or is gone',
  look: ({ stage }) => {
    if (stage.environment === undefined) return undefined;
    for (const name of [moduleName, bytecodeName]) {
      const change = findChange(join(stage.environment, name));
      if (change !== undefined) return `${name} ${change}`;
    }
    return undefined;
  },
};

function findChange(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'is gone';
  const mode = found.mode & 0o7777;
  if (mode !== 0o444) return `has mode ${mode.toString(8)}`;
  return readFileSync(path, 'utf8') === sealed ? undefined : 'has other content';
}
