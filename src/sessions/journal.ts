import { createHash } from 'node:crypto';

import { canonicalJson } from '../canonical-json.ts';
import {
  type RecordedActor,
  type AuditRecord,
  type Draft,
  type RunEndDetails,
  type RunStartDetails,
  type StateDetails,
} from '../record/index.ts';
import type { CapabilityName } from '../sandbox/index.ts';
import type { Artifact } from './events.ts';
import type { LaunchLimits } from './open-sandbox.ts';
import type { RunResult, Work } from './run.ts';

/** On whose behalf, and under which policy. */
export interface JournalOrigin {
  readonly actor: RecordedActor;
  readonly workspace: string | null;
  readonly correlationId: string;
  readonly policyHash: string;
}

/** What every entry of a session's runs says. */
export interface JournalContext extends JournalOrigin {
  readonly record: AuditRecord;
  readonly environmentKey: string | null;
  readonly python: string;
  readonly backend: string;
  readonly capabilities: readonly CapabilityName[];
  readonly limits: LaunchLimits & { readonly wallTimeMs: number; readonly outputBytes: number };
}

export interface Begun {
  readonly file: string;
  readonly code: string;
  readonly inputs: string;
  /** Folders of this machine that it sees. */
  readonly shown?: readonly string[];
}

export type Ended = Omit<RunResult, 'outcome' | 'survived'> & { readonly outcome: RunEndDetails['outcome'] };

/** Puts a session's runs on the record: one entry before the code starts, one when it has ended. */
export class RunJournal {
  readonly #context: JournalContext;

  constructor(context: JournalContext) {
    this.#context = context;
  }

  async start(run: string, work: Work): Promise<void> {
    const { name: file, code, args } = work.request;
    const inputs = canonicalJson(work.kind === 'call' ? work.inputs : [...args]);
    await this.begin(run, { file, code, inputs });
  }

  /** Of whatever runs: what it is called, and what it is told by digests. */
  async begin(run: string, { file, code, inputs, shown = [] }: Begun): Promise<void> {
    const { environmentKey, python, backend, capabilities, limits } = this.#context;
    await this.#append('run.start', `run ${run}`, {
      file,
      codeDigest: digestOf(code),
      inputsDigest: digestOf(inputs),
      shown: [...shown],
      environmentKey,
      python,
      backend,
      capabilities: [...capabilities],
      limits: { ...limits },
    } satisfies RunStartDetails);
  }

  async end(run: string, result: Ended): Promise<void> {
    const { outcome, usage, outputBytes, cutBytes, artifacts = [], moreArtifacts = 0 } = result;
    const noted = withinRoom(artifacts);
    await this.#append('run.end', `run ${run}`, {
      outcome: { ...outcome },
      usage: {
        wallMs: Math.round(usage.wallMs),
        cpuMs: usage.cpuMs === undefined ? null : Math.round(usage.cpuMs),
        peakMemoryBytes: usage.peakMemoryBytes ?? null,
        memoryKills: usage.memoryKills,
        refusedForks: usage.refusedForks,
      },
      outputBytes,
      cutBytes,
      artifacts: noted.map(describeArtifact),
      moreArtifacts: moreArtifacts + artifacts.length - noted.length,
    } satisfies RunEndDetails);
  }

  /** Saved names may be brought back into another session, by somebody else. */
  async noteState(action: 'state.saved' | 'state.restored', details: StateDetails): Promise<void> {
    await this.#append(action, 'state', { ...details });
  }

  async #append(action: string, subject: string, details: NonNullable<Draft['details']>): Promise<void> {
    const { record, actor, workspace, correlationId, policyHash } = this.#context;
    await record.append({
      action,
      actor,
      workspace,
      correlationId,
      subject,
      verdict: 'allow',
      policyHash,
      details,
    });
  }
}

function describeArtifact({ path, change, bytes, sha256 }: Artifact): RunEndDetails['artifacts'][number] {
  return { path: path.toWellFormed(), change, bytes: bytes ?? null, digest: sha256 ?? null };
}

/** The code chooses the names, and an entry has its bound: what does not fit must not keep the run's end from it. */
function withinRoom<T extends { readonly path: string }>(artifacts: readonly T[]): T[] {
  let room = maxPathBytes;
  return artifacts.filter(({ path }) => {
    room -= Buffer.byteLength(JSON.stringify(path)) + 120;
    return room > 0;
  });
}

const maxPathBytes = 32 * 1024;

function digestOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
