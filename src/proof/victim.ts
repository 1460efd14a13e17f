import { z } from 'zod';

import { BelljarError } from '../errors.ts';
import { Attempt, type AttemptFiles } from './attempt.ts';
import { HostProcess } from './host-process.ts';
import type { Input, Observer, Preparation } from './program-case.ts';
import { type Way, outside } from './way.ts';
import { roomyLimits, roomyScratchBytes } from './roomy-limits.ts';

const victimTimeoutMs = 10_000;

export interface VictimPlan {
  /** File and function below python/belljar_proof. */
  readonly program: string;
  readonly input?: Input;
  readonly env?: Readonly<Record<string, string>>;
  /** Another sandbox, where it is not a process of the host. */
  readonly way?: Way;
  readonly files?: AttemptFiles;
}

/** Starts a program that has something to lose, and keeps it until the stage is taken down. */
export async function startVictim(preparation: Preparation, plan: VictimPlan): Promise<Attempt> {
  const victim = await makeVictim(preparation, plan);
  preparation.stage.defer(() => victim[Symbol.asyncDispose]());
  if (!victim.word.startsWith('did')) throw new BelljarError('INTERNAL', `the victim did not start: ${victim.word}`);
  return victim;
}

/** Runs such a program to its end. */
export async function runOutside(preparation: Preparation, plan: VictimPlan): Promise<void> {
  await using done = await makeVictim(preparation, plan);
  if (!done.word.startsWith('did')) throw new BelljarError('INTERNAL', `cannot tidy up: ${done.word}`);
}

async function makeVictim({ stage, setting }: Preparation, plan: VictimPlan): Promise<Attempt> {
  return Attempt.make({
    setting,
    program: plan.program,
    input: plan.input ?? {},
    env: plan.env ?? {},
    way: plan.way ?? outside(),
    folder: stage.folder,
    mark: `${stage.nonce}-victim`,
    limits: roomyLimits,
    scratchBytes: roomyScratchBytes,
    files: plan.files,
    require: [],
    timeoutMs: victimTimeoutMs,
  });
}

const factsSchema = z.record(z.string(), z.union([z.number(), z.string()]));

/** What it says of itself, such as its pid. */
export function factsOf(victim: Attempt): Record<string, number | string> {
  return factsSchema.parse(victim.transcript.facts);
}

/** Starts a program that only is there; the attack is told its pid. */
export async function sleepingVictim(preparation: Preparation): Promise<{ readonly pid: number }> {
  const { pid } = factsOf(await startVictim(preparation, { program: 'victims.wait' }));
  preparation.stage.victim = Number(pid);
  return { pid: Number(pid) };
}

/** The victim, as the host's /proc shows it, is not what it was when it was started. */
export function victimChanged(what: string, find: (process: HostProcess) => string | undefined): Observer {
  return {
    what: `the victim on the host ${what}`,
    look: ({ stage }) => {
      if (stage.victim === undefined) return undefined;
      const fact = find(new HostProcess(stage.victim));
      return fact === undefined ? undefined : `the victim ${fact}`;
    },
  };
}
