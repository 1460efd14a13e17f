import { BelljarError } from '../errors.ts';
import type { CapabilityName, Protection, SandboxLimits } from '../sandbox/index.ts';
import { Attempt } from './attempt.ts';
import type { Family, ProofCase, Side, Sighting } from './case.ts';
import { roomyLimits, roomyScratchBytes } from './roomy-limits.ts';
import type { Setting } from './setting.ts';
import { Stage } from './stage.ts';
import { type Way, describeWay, wholeGlass, without } from './way.ts';

export type Input = Readonly<Record<string, unknown>>;

/** What an observer looks at: the stage, the attempt that stands on it, and the limits it was given. */
export interface Scene {
  readonly stage: Stage;
  readonly attempt: Attempt;
  /** What the attack was told. */
  readonly input: Input;
  readonly limits: SandboxLimits;
  readonly scratchBytes: number;
}

/** What the host's side of an attempt is made from. */
export interface Preparation {
  readonly stage: Stage;
  readonly setting: Setting;
  /** How the attempt itself will be made. */
  readonly way: Way;
}

/** One way to see from outside that an attack succeeded. */
export interface Observer {
  readonly what: string;
  /** Resolves to the evidence, or undefined where there is none. */
  look(scene: Scene): Promise<string | undefined> | string | undefined;
}

/** An attack by one program, as the tables declare it. */
export interface ProgramRow {
  readonly id: string;
  readonly title: string;
  /** Each must be lifted for the control to succeed. */
  readonly stoppedBy: readonly Protection[];
  /** In words, where what stops it is not lifted but left out of the limits. */
  readonly stoppedByWords?: string;
  /** Those of them that hold alone, while the others are lifted: each becomes a case of its own. */
  readonly alone?: readonly Protection[];
  /** File and function below python/belljar_proof. */
  readonly program: string;
  readonly input?: Input | ((preparation: Preparation) => Promise<Input> | Input);
  /** How the attack is made, where some protections are out of its way already. */
  readonly attack?: Way;
  readonly seen: Observer;
  /** How the control is made, where lifting what stops it is not the way. */
  readonly control?: Way;
  /** What differs for an ordinary user. */
  readonly asUser?: { readonly control: Way } | { readonly absent: string };
  /** Undefined where the machine has what is attacked, else why there is nothing to attack. */
  readonly absent?: (setting: Setting) => string | undefined;
  /** Its control is made outside, and may be refused there too. */
  readonly mayBeOutOfReach?: boolean;
  readonly requires?: CapabilityName;
  readonly limits?: Partial<SandboxLimits>;
  readonly scratchBytes?: number;
  /** Made where wheels are opened and compiled: without a folder of its own. */
  readonly isHandler?: boolean;
  readonly timeoutMs?: number;
}

const usualTimeoutMs = 15_000;

/** The cases of a table: one for each row with all of the glass, and one for each protection that holds alone. */
export function programCases(family: Family, rows: readonly ProgramRow[]): ProofCase[] {
  return rows.flatMap((row) => [
    new ProgramCase(family, row),
    ...(row.alone ?? []).map((protection) => new ProgramCase(family, row, protection)),
  ]);
}

class ProgramCase implements ProofCase {
  readonly id: string;
  readonly family: Family;
  readonly title: string;
  readonly protections: readonly string[];
  readonly observed: string;
  readonly control: string;
  readonly requires: CapabilityName | undefined;
  readonly mayBeOutOfReach: boolean;
  readonly #row: ProgramRow;
  readonly #attackWay: Way;
  readonly #controlWay: Way;

  constructor(family: Family, row: ProgramRow, alone?: Protection) {
    this.family = family;
    this.id = alone === undefined ? row.id : `${row.id}.${alone}`;
    this.title = alone === undefined ? row.title : `${row.title}, where only this protection stands`;
    const words = row.stoppedByWords === undefined ? row.stoppedBy : [row.stoppedByWords];
    this.protections = alone === undefined ? words : [alone];
    this.observed = row.seen.what;
    this.requires = row.requires;
    this.mayBeOutOfReach = row.mayBeOutOfReach ?? false;
    this.#row = row;
    this.#attackWay =
      alone === undefined ? (row.attack ?? wholeGlass) : without(...row.stoppedBy.filter((one) => one !== alone));
    this.#controlWay = row.control ?? without(...row.stoppedBy);
    this.control = describeWay(this.#wayOf('control', process.getuid?.() === 0));
  }

  findAbsence(setting: Setting): string | undefined {
    const { absent, asUser } = this.#row;
    if (!setting.isRoot && asUser !== undefined && 'absent' in asUser) return asUser.absent;
    return absent?.(setting);
  }

  async attempt(side: Side, setting: Setting): Promise<Sighting> {
    const { program, seen } = this.#row;
    const limits = { ...roomyLimits, ...this.#row.limits };
    const scratchBytes = this.#row.scratchBytes ?? roomyScratchBytes;
    await using stage = await Stage.set();
    const input = await this.#prepare({ stage, setting, way: this.#wayOf(side, setting.isRoot) });
    await using attempt = await Attempt.make({
      setting,
      program,
      input,
      way: this.#wayOf(side, setting.isRoot),
      folder: stage.folder,
      mark: stage.nonce,
      limits,
      scratchBytes,
      network: stage.network,
      files: stage.files,
      environment: stage.environment,
      isHandler: this.#row.isHandler ?? false,
      // As a run is: held to all that the policy requires, and refused where one of it is missing.
      require: this.requires === undefined ? [] : setting.required,
      timeoutMs: this.#row.timeoutMs ?? usualTimeoutMs,
    });
    const evidence = await seen.look({ stage, attempt, input, limits, scratchBytes });
    const hasTried = attempt.transcript.isReady && !/^(failed|said nothing)/.test(attempt.word);
    return { seen: evidence, hasTried, word: attempt.word };
  }

  async #prepare(preparation: Preparation): Promise<Input> {
    const { input = {} } = this.#row;
    return typeof input === 'function' ? input(preparation) : input;
  }

  #wayOf(side: Side, isRoot: boolean): Way {
    if (side === 'attack') return this.#attackWay;
    const { asUser } = this.#row;
    return !isRoot && asUser !== undefined && 'control' in asUser ? asUser.control : this.#controlWay;
  }
}

/** Whether a launch was refused since the machine cannot enforce what the policy requires. */
export function isRefusal(thrown: unknown): thrown is BelljarError {
  return thrown instanceof BelljarError && thrown.code === 'SANDBOX_CAPABILITY_MISSING';
}
