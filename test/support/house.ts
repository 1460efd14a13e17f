import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { findInterpreter } from '../../src/environments/index.ts';
import { parsePolicy } from '../../src/policy/index.ts';
import { type Entry, openHomeRecord } from '../../src/record/index.ts';
import { type Backend, type LaunchSpec, ProcessBackend, type Sandbox } from '../../src/sandbox/index.ts';
import { Sessions, type SessionsOptions, type SessionsParts, describeBundles } from '../../src/sessions/index.ts';

export interface House {
  readonly sessions: Sessions;
  readonly backend: CountingBackend;
  /** What the policy says under `runtime`, as YAML in one line. */
  readonly setPolicy: (runtime: string) => void;
  readonly entries: () => Promise<Entry[]>;
}

/** All that belongs to Belljar but the policy's file. */
export async function openHouse(
  context: TestContext,
  options: SessionsOptions & Pick<SessionsParts, 'importNames'> = {},
): Promise<House> {
  const interpreter = await findInterpreter();
  const folder = await mkdtemp(join(tmpdir(), 'belljar-test-'));
  const homeRecord = await openHomeRecord(folder);
  const backend = new CountingBackend(
    new ProcessBackend(describeBundles(interpreter.parts), { volumesFolder: join(folder, 'volumes') }),
  );
  let current = read('{}');
  const { record } = homeRecord;
  const sessions = new Sessions({ ...options, backend, interpreter, record, currentPolicy: () => current });
  context.after(async () => {
    await sessions.close();
    await homeRecord[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true }); // nothing is mounted there any more
  });
  return {
    sessions,
    backend,
    setPolicy: (runtime) => {
      current = read(runtime);
      sessions.policyChanged();
    },
    entries: () => record.tail({ limit: 100 }),
  };
}

/** A real backend, whose sandboxes the test knows. */
export class CountingBackend implements Backend {
  readonly name = 'process';
  readonly launched: Sandbox[] = [];
  readonly specs: LaunchSpec[] = [];
  readonly #inner: ProcessBackend;

  constructor(inner: ProcessBackend) {
    this.#inner = inner;
  }

  probe(signal?: AbortSignal) {
    return this.#inner.probe(signal);
  }

  get files(): Backend['files'] {
    return this.#inner.files;
  }

  hasFiles(workspace: string): Promise<boolean> {
    return this.#inner.hasFiles(workspace);
  }

  async launch(spec: LaunchSpec, signal?: AbortSignal): Promise<Sandbox> {
    const sandbox = await this.#inner.launch(spec, signal);
    this.launched.push(sandbox);
    this.specs.push(spec);
    return sandbox;
  }
}

function read(runtime: string) {
  const reading = parsePolicy(`version: 1\nruntime: ${runtime}\n`, 'test');
  assert.ok(reading.ok);
  return reading;
}
