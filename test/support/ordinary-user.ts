import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { launcher } from './cli.ts';

const uid = 65_534;
const project = join(launcher, '..');

/** A user who is nobody in particular, with a copy of the project that such a user can read. */
export class OrdinaryUser implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'belljar-user-'));
  readonly #home = join(this.folder, 'home');
  /** Where its programs put what they need for a moment. */
  readonly temporary = join(this.#home, 'temporary');

  constructor() {
    spawnSync('chmod', ['755', this.folder]);
    for (const name of ['src', 'python', 'package.json', 'node_modules/zod', 'node_modules/yaml']) {
      cpSync(join(project, name), join(this.folder, name), { recursive: true });
    }
    for (const name of ['spdx-expression-parse', 'spdx-exceptions', 'spdx-license-ids']) {
      cpSync(join(project, 'node_modules', name), join(this.folder, 'node_modules', name), { recursive: true });
    }
    cpSync(process.execPath, join(this.folder, 'node'));
    for (const own of [this.#home, this.temporary]) {
      mkdirSync(own);
      chownSync(own, uid, uid);
    }
  }

  /** Runs Belljar's command line as this user. */
  run(args: readonly string[], input = ''): SpawnSyncReturns<string> {
    const { folder } = this;
    const node = [join(folder, 'node'), '--disable-warning=ExperimentalWarning', join(folder, 'src/cli/main.ts')];
    const drop = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', '--inh-caps=-all'];
    return spawnSync('setpriv', [...drop, ...node, ...args], {
      input,
      encoding: 'utf8',
      cwd: '/',
      maxBuffer: 16 << 20,
      env: {
        PATH: '/usr/bin:/bin',
        HOME: this.#home,
        TMPDIR: this.temporary,
        BELLJAR_HOME: join(this.#home, 'belljar'),
        NODE_COMPILE_CACHE: join(this.#home, 'compiled'),
      },
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
