import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type PythonBuild, environmentPath, findInterpreter } from '../../src/environments/index.ts';
import { parsePolicy } from '../../src/policy/index.ts';
import { openHomeRecord } from '../../src/record/index.ts';
import { type BundlePart, ProcessBackend } from '../../src/sandbox/index.ts';
import { Sessions, compileRunner, describeBundles } from '../../src/sessions/index.ts';
import { keepPackages } from '../../test/python/packages.ts';
import { makeEmptyEnvironment } from '../../test/support/environment-tree.ts';

const asker = { actor: { id: 'bench', kind: 'user' }, role: 'owner' } as const;

/** Ours with a pool: what is measured is the opening alone, once one is warm. */
export class Pooled implements AsyncDisposable {
  readonly #sessions: Sessions;
  readonly #plan: { readonly preload: readonly string[]; readonly environment: string | null };
  readonly #opened: AsyncDisposableStack;

  private constructor(sessions: Sessions, preload: readonly string[], opened: AsyncDisposableStack) {
    this.#sessions = sessions;
    this.#plan = { preload, environment: preload.length > 0 ? environment : null };
    this.#opened = opened;
  }

  /** @throws where the packages that are to be imported cannot be had. */
  static async open(preload: readonly string[] = []): Promise<Pooled> {
    const interpreter = await findInterpreter();
    await using opened = new AsyncDisposableStack();
    const home = mkdtempSync(join(tmpdir(), 'belljar-bench-'));
    opened.defer(() => rmSync(home, { recursive: true, force: true }));
    const { record } = opened.use(await openHomeRecord(home));
    const runner = await compileRunner(interpreter, join(home, 'cache'));
    const bundles = describeBundles(interpreter.parts, { runner });
    const tree = preload.length > 0 ? await showPackages(join(home, 'tree'), interpreter) : [];
    const policy = parsePolicy('version: 1\n', 'bench');
    if (!policy.ok) throw new Error('the empty policy is none');
    const sessions = new Sessions({
      backend: new ProcessBackend(bundles, {
        cacheFolder: join(home, 'cache'),
        findBundle: async () => [...Object.values(bundles).flat(), ...tree],
      }),
      interpreter,
      record,
      currentPolicy: () => policy,
      environments: {
        admit: async () => '',
        lease: async () => ({ environment: { python: interpreter, made: '' }, [Symbol.dispose]: () => undefined }),
      },
      pool: { presets: [{ preload, environment: tree.length > 0 ? environment : null }] },
    });
    opened.defer(() => sessions.close());
    return new Pooled(sessions, preload, opened.move());
  }

  async time(): Promise<number> {
    await this.#sessions.poolFilled();
    const startedAt = performance.now();
    const session = await this.#sessions.open({ ...asker, ...this.#plan });
    const ms = performance.now() - startedAt;
    await this.#check(session);
    await session.close();
    return ms;
  }

  /** From nothing to the end of the code, with the same packages. */
  async timeCold(code: string): Promise<number> {
    const startedAt = performance.now();
    const session = await this.#sessions.open({
      ...asker,
      environment: this.#plan.environment,
      requested: { processes: 63 },
    }); // no preset is like it
    const { outcome } = await session.run(code).result;
    const ms = performance.now() - startedAt;
    await session.close();
    if (outcome.status !== 'ok') throw new Error(`the cell ended with ${JSON.stringify(outcome)}`);
    return ms;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }

  async #check(session: Awaited<ReturnType<Sessions['open']>>): Promise<void> {
    const code = 'import sys; [name for name in names if name not in sys.modules]';
    const lacking = await session.call(code, { names: this.#plan.preload });
    if (JSON.stringify(lacking) !== '[]') throw new Error(`what was handed out lacks ${JSON.stringify(lacking)}`);
  }
}

/** A key like any other: whatever is asked for is found. */
const environment = 'e'.repeat(64);

/** The packages as an environment that has them, where they lie. */
async function showPackages(folder: string, interpreter: PythonBuild): Promise<BundlePart[]> {
  const sitePackages = await makeEmptyEnvironment(folder, interpreter);
  return [
    { hostPath: folder, at: environmentPath },
    { hostPath: findPackages(interpreter), at: join(environmentPath, sitePackages) },
  ];
}

function findPackages({ executable, version }: { readonly executable: string; readonly version: string }): string {
  const found = keepPackages({ executable, minor: version.split('.').slice(0, 2).join('.') });
  if (!found.holds) throw new Error(found.what);
  return found.folder;
}
