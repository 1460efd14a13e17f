import { fileURLToPath } from 'node:url';

import {
  environmentPath,
  type FindInterpreterOptions,
  type Interpreter,
  findInterpreter,
} from '../environments/index.ts';
import { LivePolicy } from '../live-policy/index.ts';
import { requiredCapabilities } from '../policy/index.ts';
import { type BundleCatalogue, type CapabilityName, ProcessBackend, type Protection } from '../sandbox/index.ts';
import { describeBundles } from '../sessions/index.ts';
import { resolveHome } from '../storage/index.ts';

/** Where the attack programs lie, on the host and inside. */
export const programFolder = fileURLToPath(new URL('../../python/belljar_proof', import.meta.url));
export const programFolderInside = '/belljar/proof';

/** By what name the environment of an attempt is shown. */
export const environmentBundle = 'environment-of-the-stage';

/** What one attempt alone has, on the host. */
export interface OwnFolders {
  readonly volumesFolder?: string | undefined;
  readonly environment?: string | undefined;
}

/** What all attempts of one proof share. */
export class Setting {
  readonly interpreter: Interpreter;
  readonly isRoot = process.getuid?.() === 0;
  /** What the policy in force requires: where it cannot be enforced, nothing is started. */
  readonly required: readonly CapabilityName[];
  readonly signal: AbortSignal | undefined;
  readonly #catalogue: BundleCatalogue;
  readonly #backends = new Map<string, ProcessBackend>();

  private constructor(interpreter: Interpreter, required: readonly CapabilityName[], signal?: AbortSignal) {
    this.interpreter = interpreter;
    this.required = required;
    this.signal = signal;
    this.#catalogue = {
      ...describeBundles(interpreter.parts),
      proof: [{ hostPath: programFolder, at: programFolderInside }],
    };
  }

  /** @throws PYTHON_NOT_FOUND, POLICY_INVALID */
  static async open(options: SettingOptions = {}): Promise<Setting> {
    const { python, env, signal } = options;
    const find: FindInterpreterOptions = { named: python, ...(env && { env }), ...(signal && { signal }) };
    const [interpreter, required] = await Promise.all([
      findInterpreter(find),
      options.required ?? readRequired(options),
    ]);
    return new Setting(interpreter, required, signal);
  }

  /**
   * One backend for each set of lifted protections: finding the cgroups takes longer than a launch. One that keeps
   * files, or shows an environment, is as short-lived as they are.
   */
  backend(lifted: readonly Protection[] = [], { volumesFolder, environment }: OwnFolders = {}): ProcessBackend {
    if (environment !== undefined) {
      const shown = { [environmentBundle]: [{ hostPath: environment, at: environmentPath }] };
      return new ProcessBackend({ ...this.#catalogue, ...shown }, { lifted, volumesFolder });
    }
    if (volumesFolder !== undefined) return new ProcessBackend(this.#catalogue, { lifted, volumesFolder });
    const key = lifted.toSorted().join();
    const backend = this.#backends.get(key) ?? new ProcessBackend(this.#catalogue, { lifted });
    this.#backends.set(key, backend);
    return backend;
  }
}

async function readRequired({ policyFile, env }: SettingOptions): Promise<readonly CapabilityName[]> {
  using live = await LivePolicy.open({ file: policyFile, env, home: resolveHome(env) });
  return requiredCapabilities(live.current.policy);
}

export interface SettingOptions {
  /** What the policy in this file requires, or the one in force; `required` says it outright. */
  readonly policyFile?: string | undefined;
  readonly required?: readonly CapabilityName[] | undefined;
  readonly python?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
}
