import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { toBelljarError } from '../errors.ts';
import type { Protection, Sandbox } from '../sandbox/index.ts';
import { type RunEvent, type RunResult, Session, openSandbox } from '../sessions/index.ts';
import type { Family, ProofCase, Side, Sighting } from './case.ts';
import { readUnchecked } from './read-unchecked.ts';
import { roomyLimits, roomyScratchBytes } from './roomy-limits.ts';
import { type Setting, programFolder, programFolderInside } from './setting.ts';

/** The exit code that a liar gives a run; no honest run of the proof ends with it. */
export const forgedCode = 77;

const sessionLimits = { ...roomyLimits, diskBytes: roomyScratchBytes, scratchBytes: roomyScratchBytes };
const runLimits = { ...sessionLimits, wallTimeMs: 10_000, outputBytes: 64 * 1024 };

type RunLimits = typeof runLimits;

/** A deed done by code in a real session, as the tables declare it. */
export interface DeedRow {
  readonly id: string;
  readonly title: string;
  readonly protection: string;
  /** Function of python/belljar_proof/inside.py, and the number it is told. */
  readonly deed: string;
  readonly number: number;
  /** What the attack is held to, and what the control is. */
  readonly limits?: Partial<RunLimits>;
  readonly control: DeedControl;
  readonly observed: string;
  readonly seen: (run: RunSeen) => string | undefined;
}

type DeedControl =
  | { readonly lifted: readonly Protection[] }
  | { readonly limits: Partial<RunLimits> }
  /** The same words from where the runner stands, which is believed of its own run. */
  | { readonly lie: string };

/** What the host has of a run when it is over. */
export interface RunSeen {
  readonly result: RunResult;
  readonly printedBytes: number;
}

/** A lie told by a program that stands where the runner should. */
export interface LieRow {
  readonly id: string;
  readonly title: string;
  /** Function of python/belljar_proof/liar.py. */
  readonly lie: string;
  /** The number of runs that are asked for before the lie is told. */
  readonly runs?: number;
}

/** The cases of code that runs as a user's code does. */
export function deedCases(family: Family, rows: readonly DeedRow[]): ProofCase[] {
  return rows.map((row) => ({
    id: row.id,
    family,
    title: row.title,
    protections: [row.protection],
    observed: row.observed,
    control: describeControl(row.control),
    requires: undefined,
    mayBeOutOfReach: false,
    findAbsence: () => undefined,
    attempt: (side, setting) => attemptDeed(row, side, setting),
  }));
}

function describeControl(control: DeedControl): string {
  if ('lifted' in control) return `without ${control.lifted.join(', ')}`;
  return 'limits' in control ? 'with a limit far beyond it' : 'with the same words on the control stream itself';
}

/** The cases of a runner that lies: a session must not believe it, and who reads without checking does. */
export function lieCases(family: Family, rows: readonly LieRow[]): ProofCase[] {
  return rows.map((row) => ({
    id: row.id,
    family,
    title: row.title,
    protections: ['bounded frames of strict shapes, believed for their own run only'],
    observed: `the host believes that the run ended with code ${forgedCode}, as told after the lie`,
    control: 'without any check, by a reader that takes each line for a frame',
    requires: undefined,
    mayBeOutOfReach: false,
    findAbsence: () => undefined,
    attempt: (side, setting) => attemptLie(row, side, setting),
  }));
}

async function attemptDeed(row: DeedRow, side: Side, setting: Setting): Promise<Sighting> {
  const isControl = side === 'control';
  if (isControl && 'lie' in row.control) {
    return listenAsSession({ lie: row.control.lie }, await startLiar(row.control, setting), setting);
  }
  const lifted = isControl && 'lifted' in row.control ? row.control.lifted : [];
  const controlLimits = isControl && 'limits' in row.control ? row.control.limits : {};
  const limits = { ...runLimits, ...row.limits, ...controlLimits };
  const sandbox = await openSandbox(setting.backend(lifted), {
    executable: setting.interpreter.executable,
    limits: sessionLimits,
    require: [],
    signal: setting.signal,
  });
  await using session = await Session.over(sandbox, limits, asNew(setting));
  let printedBytes = 0;
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'stream') printedBytes += event.bytes.length;
  };
  const code = await readFile(join(programFolder, 'inside.py'), 'utf8');
  const request = { name: 'inside.py', code, args: [row.deed, String(row.number)] };
  const result = await session.runScript(request, { onEvent, ...(setting.signal && { signal: setting.signal }) });
  return { seen: row.seen({ result, printedBytes }), hasTried: true, word: describeResult(result, printedBytes) };
}

function describeResult({ outcome }: RunResult, printedBytes: number): string {
  const { status, ...rest } = outcome;
  return `${status} ${JSON.stringify(rest)}, ${printedBytes} bytes told`;
}

async function attemptLie(row: LieRow, side: Side, setting: Setting): Promise<Sighting> {
  const sandbox = await startLiar(row, setting);
  return side === 'attack' ? listenAsSession(row, sandbox, setting) : listenUnchecked(row, sandbox);
}

function startLiar({ lie }: Pick<LieRow, 'lie'>, setting: Setting): Promise<Sandbox> {
  return setting.backend().launch(
    {
      argv: [setting.interpreter.executable, '-I', '-B', join(programFolderInside, 'liar.py'), lie],
      env: { PATH: '/usr/bin:/bin' },
      mounts: [
        { kind: 'bundle', name: 'interpreter' },
        { kind: 'bundle', name: 'proof' },
        { kind: 'scratch', at: '/tmp', maxBytes: roomyScratchBytes },
      ],
      workingDirectory: '/tmp',
      limits: roomyLimits,
      network: 'off',
      require: [],
    },
    setting.signal,
  );
}

async function listenAsSession(
  { runs = 1 }: Pick<LieRow, 'lie' | 'runs'>,
  sandbox: Sandbox,
  setting: Setting,
): Promise<Sighting> {
  try {
    await using session = await Session.over(sandbox, runLimits, asNew(setting));
    let result: RunResult | undefined;
    for (let run = 0; run < runs; run++) result = await session.runScript({ name: 'x.py', code: '', args: [] });
    const { outcome } = result ?? {};
    const isBelieved = outcome?.status === 'exited' && outcome.code === forgedCode;
    const seen = isBelieved ? `the run is told to have ended with code ${forgedCode}` : undefined;
    return { seen, hasTried: true, word: JSON.stringify(outcome) };
  } catch (thrown) {
    const error = toBelljarError(thrown);
    if (!['SANDBOX_LAUNCH_FAILED', 'SESSION_CLOSED'].includes(error.code)) throw error;
    // Where nothing was heard that a runner would not say, nobody has lied yet.
    const isHeard = error.code === 'SESSION_CLOSED' || typeof error.details['violation'] === 'string';
    return { seen: undefined, hasTried: isHeard, word: error.message };
  }
}

async function listenUnchecked({ runs = 1 }: LieRow, sandbox: Sandbox): Promise<Sighting> {
  try {
    for (let run = 1; run <= runs; run++) sandbox.control.write(`{"type":"run","run":"${run}"}\n`);
    const believed = await readUnchecked(sandbox.control, forgedCode);
    const seen = believed ? `a reader without checks believes code ${forgedCode}` : undefined;
    return { seen, hasTried: true, word: believed ? 'believed' : 'not believed' };
  } finally {
    sandbox.kill('the proof has seen enough');
    await sandbox.exited;
  }
}

/** Nothing is asked of the runner before the run: a liar answers no questions. */
function asNew({ signal }: Setting): { readonly signal: Setting['signal']; readonly startsEmpty: true } {
  return { signal, startsEmpty: true };
}
