import { Background } from '../background.ts';
import { BelljarError } from '../errors.ts';
import {
  handlingTerms,
  type HandlingTerms,
  type LockAsker,
  type Packages,
  type Reconsidered,
} from '../packages/index.ts';
import { decideAction, type Policy, type Reason } from '../policy/index.ts';
import type { AuditRecord } from '../record/index.ts';
import { assemble, type PlacedWheel } from './assemble/index.ts';
import { buildInTime, requireFewFiles } from './build-bounds.ts';
import { BytecodeStore } from './bytecode/index.ts';
import { namespaceOf, namespacesOf, type SharedBy } from './namespace.ts';
import type { PythonBuild } from './pythons/index.ts';
import {
  type BuildProgress,
  type BuildTools,
  type BuiltTree,
  environmentKey,
  type EnvironmentLease,
  type EnvironmentSpec,
  type Shelf,
} from './shelf/index.ts';
import { storeWheels } from './store-wheels.ts';
import { WheelStore } from './wheel-store/index.ts';

export interface AcquiringOptions {
  readonly cacheFolder: string;
  readonly shelf: Pick<Shelf, 'folder' | 'find' | 'lease' | 'obtain'>;
  readonly record: AuditRecord;
  /** The one that environments are made for where no other is named. */
  readonly python: PythonBuild;
  /** Asked once, when something is first wanted. */
  readonly readSettings: () => Promise<{ readonly sharedBy: SharedBy }>;
  /** Whose a workspace is, as ownerName() has it; null where that is not known. */
  readonly findOwner: (workspace: string) => Promise<string | null>;
  readonly packages: Pick<Packages, 'reconsider' | 'bring' | 'findLock'>;
  readonly currentPolicy: () => { readonly policy: Policy; readonly hash: string };
}

export interface AcquireOptions {
  /** The digest of a lock that a plan came to. */
  readonly lock: string;
  readonly asker: LockAsker;
  /** Of the version that the lock is for; the installation's own where left out. */
  readonly python?: PythonBuild | undefined;
  /** Whose the asker's workspace is, as ownerName() has it, where that is known. */
  readonly owner?: string | null | undefined;
  /** After so long the caller is told that it is still being built, which goes on without him. */
  readonly deadlineMs?: number | undefined;
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What tells one environment from another. */
export type WhichEnvironment = Pick<AcquireOptions, 'lock' | 'asker' | 'python' | 'owner'>;

/** Changes whenever environments are laid out otherwise: one that was built before is not what would be built now. */
const installer = { name: 'belljar', version: '2' };

/** Brings environments about: judged at every use, built where they are not there yet, leased. */
export class Acquiring implements AsyncDisposable {
  readonly #options: AcquiringOptions;
  #settings: Promise<{ readonly sharedBy: SharedBy }> | undefined;
  readonly #background = new Background();
  readonly #stores: { readonly wheels: WheelStore; readonly bytecode: BytecodeStore };

  constructor(options: AcquiringOptions) {
    const { cacheFolder, shelf } = options;
    const { folder } = shelf;
    this.#options = options;
    const terms = (): HandlingTerms => this.#terms();
    this.#stores = {
      wheels: new WheelStore({ folder, cacheFolder, terms }),
      bytecode: new BytecodeStore({ folder, cacheFolder, terms }),
    };
  }

  #terms(): HandlingTerms {
    return handlingTerms(this.#options.currentPolicy().policy);
  }

  /** Whether the environment of a lock is there, so that nothing would come in. */
  async has(options: WhichEnvironment): Promise<boolean> {
    const found = await this.#options.shelf.find(environmentKey(await this.#specOf(options)));
    return found?.state === 'whole';
  }

  /** @throws STILL_BUILDING when the deadline is over; the environment is built all the same. */
  async acquire(options: AcquireOptions): Promise<EnvironmentLease> {
    const { deadlineMs, signal } = options;
    const work = (own: AbortSignal): Promise<EnvironmentLease> => this.#acquire({ ...options, signal: own });
    const onLate = (late: EnvironmentLease): void => late[Symbol.dispose]();
    const lease = await this.#background.run(work, { deadlineMs, signal, onLate });
    if (lease !== undefined) return lease;
    const message = 'the environment is not ready yet; it is being built';
    throw new BelljarError('STILL_BUILDING', message, { details: { lock: options.lock, deadlineMs } });
  }

  /**
   * Judges what is there of a key for who names it; resolves to when it was made. One that is somebody else's is as good as
   * none.
   *
   * @throws ENVIRONMENT_MISSING, and what acquire() throws of what is there.
   */
  async admitKey(key: string, asker: LockAsker): Promise<string> {
    const found = await this.#options.shelf.find(key);
    if (found?.state !== 'whole' || !(await this.#isFor(asker, found.namespace))) {
      throw new BelljarError('ENVIRONMENT_MISSING', `there is no environment ${key} to run with`, { details: { key } });
    }
    await this.#admitOpened({ lock: found.lock, asker, python: { ...found.python, parts: [] } });
    return found.made;
  }

  async #isFor(asker: LockAsker, namespace: string): Promise<boolean> {
    const { sharedBy } = await this.#readSettings();
    const { workspace } = asker;
    if (namespacesOf(sharedBy, { asker }).has(namespace)) return true;
    if (sharedBy !== 'owner' || workspace === undefined) return false;
    return namespacesOf(sharedBy, { asker, owner: await this.#options.findOwner(workspace) }).has(namespace);
  }

  /** Ends what is being built. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#background[Symbol.asyncDispose]();
  }

  async #acquire(options: AcquireOptions): Promise<EnvironmentLease> {
    const { unopened } = await this.#admit(options);
    const { asker, signal, onProgress } = options;
    const { currentPolicy, shelf } = this.#options;
    const spec = await this.#specOf(options);
    const { workspace = null, actor, role } = asker;
    const origin = { actor: { ...actor, role }, workspace, policyHash: currentPolicy().hash };
    const there = await shelf.lease(environmentKey(spec), { origin });
    if (there !== undefined) return unopened.length === 0 ? there : this.#admitAgain(there, options);
    const wheels = await this.#findWheels(options);
    const build = (folder: string, tools: BuildTools): Promise<BuiltTree> => this.#build(folder, options, tools);
    return this.#admitAgain(await shelf.obtain({ ...spec, wheels }, build, { origin, signal, onProgress }), options);
  }

  /**
   * Judges what is about to be handed out: by the policy that came into force while it was built or waited for, and by
   * what is in its wheels, also where the newest plan does not know that.
   */
  async #admitAgain(lease: EnvironmentLease, options: AcquireOptions): Promise<EnvironmentLease> {
    try {
      await this.#admitOpened(options);
      return lease;
    } catch (error) {
      lease[Symbol.dispose]();
      throw error;
    }
  }

  async #admitOpened(options: AcquireOptions): Promise<void> {
    const { lock, asker, python, signal = never, onProgress } = options;
    const { unopened } = await this.#admit(options);
    if (unopened.length === 0) return;
    await this.#options.packages.bring(lock, { asker, python, signal, onProgress });
    await this.#admit(options);
  }

  /** Its wheels do not count for the key. */
  async #specOf({ lock, python = this.#options.python, ...sharing }: WhichEnvironment): Promise<EnvironmentSpec> {
    const { sharedBy } = await this.#readSettings();
    const platform = `${process.platform} ${process.arch}`;
    return { lock, python, installer, platform, namespace: namespaceOf(sharedBy, sharing), wheels: [] };
  }

  /** What could not be read is read anew the next time: somebody may have mended it. */
  #readSettings(): Promise<{ readonly sharedBy: SharedBy }> {
    const reading = (this.#settings ??= this.#options.readSettings());
    reading.catch(() => {
      if (this.#settings === reading) this.#settings = undefined;
    });
    return reading;
  }

  /** By role and policy; default-deny. A refusal is on the record. */
  async #admit({ lock, asker }: AcquireOptions): Promise<Pick<Reconsidered, 'unopened'>> {
    const { packages, record, currentPolicy } = this.#options;
    const { actor, role, workspace = null } = asker;
    const { policy, hash: policyHash } = currentPolicy();
    const { verdict, reason } = decideAction({ policy, actor, role, action: 'install' });
    const refuse = async (code: 'POLICY_DENIED' | 'APPROVAL_NEEDED', reasons: readonly Reason[]): Promise<never> => {
      await record.append({
        ...{ action: 'environment.refused', actor: { ...actor, role }, workspace, policyHash },
        ...{ verdict: code === 'POLICY_DENIED' ? 'deny' : 'ask', subject: `lock ${lock}` },
        details: { rules: [...new Set(reasons.map(({ rule }) => rule))].slice(0, 20) },
      });
      throw new BelljarError(code, describe(reasons), { details: { reasons: reasons.slice(0, 100), lock } });
    };
    if (verdict === 'deny') return refuse('POLICY_DENIED', [reason]);
    const judged = await packages.reconsider(lock, asker);
    if (judged.isAgreed) return judged;
    const all = [...judged.reasons, ...judged.packages.flatMap((each) => each.reasons)];
    return refuse(
      judged.verdict === 'deny' ? 'POLICY_DENIED' : 'APPROVAL_NEEDED',
      all.filter((each) => each.verdict === judged.verdict),
    );
  }

  /** What was locked as a source has no wheel before it is built. */
  async #findWheels({ lock: digest, asker, python, signal = never }: AcquireOptions): Promise<readonly string[]> {
    const { packages } = this.#options;
    const lock = await packages.findLock(digest);
    const known = lock.packages.map(({ wheels: [wheel] }) => wheel?.sha256);
    if (!known.includes(undefined)) return known.filter((each) => each !== undefined);
    const { wheels } = await packages.bring(digest, { asker, python, signal });
    return wheels.map(({ sha256 }) => sha256);
  }

  #build(folder: string, options: AcquireOptions, tools: BuildTools): Promise<BuiltTree> {
    return buildInTime(this.#terms(), tools, (own) => this.#buildNow(folder, options, own));
  }

  /** Such a module is compiled anew at every start: nobody would know why that takes so long. */
  async #tellUncompiled({ lock, asker }: AcquireOptions, placed: readonly PlacedWheel[]): Promise<void> {
    const { record, currentPolicy } = this.#options;
    const { actor, role, workspace = null } = asker;
    const failures = placed.flatMap(({ wheel, bytecode }) => {
      return (bytecode?.failures ?? []).map((failure) => ({ package: wheel.name, ...failure }));
    });
    if (failures.length === 0) return;
    await record.append({
      ...{ action: 'environment.uncompiled', actor: { ...actor, role }, workspace, policyHash: currentPolicy().hash },
      subject: `lock ${lock}`,
      details: { count: failures.length, modules: failures.slice(0, 10) },
    });
  }

  async #buildNow(folder: string, options: AcquireOptions, { signal, onProgress }: BuildTools): Promise<BuiltTree> {
    const { packages } = this.#options;
    const { lock, asker, python = this.#options.python } = options;
    const { wheels } = await packages.bring(lock, { asker, python, signal, onProgress });
    // With what was found in them, which no plan knew before.
    await this.#admit(options);
    const placed = await storeWheels(this.#stores, { wheels, python, signal, onProgress });
    requireFewFiles(this.#terms(), placed);
    await this.#tellUncompiled(options, placed);
    const tell = (done: number, total: number): void => onProgress({ phase: 'linking', done, total });
    return assemble({ wheels: placed, python, folder, signal, onProgress: tell });
  }
}

const never = new AbortController().signal;

function describe(reasons: readonly Reason[]): string {
  const [first] = reasons;
  const more = reasons.length > 1 ? ` (and ${reasons.length - 1} more)` : '';
  return `${first?.message ?? 'the policy does not let it in'}${more}`;
}
