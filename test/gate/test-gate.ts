import { type IncomingMessage, request as send } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { buffer } from 'node:stream/consumers';

import {
  type AdvisorySource,
  Gate,
  type GateEvent,
  type GateOptions,
  Inspections,
} from '../../src/packages/gate/index.ts';
import type { Policy } from '../../src/policy/index.ts';
import { noon, policyOf } from '../policy/good-facts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type MemoryProject, MemoryUpstream, sha256 } from './memory-upstream.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
}

export const soundInspection = {
  verdict: 'sound',
  installedBytes: 1000,
  startupFiles: [] as string[],
  hasNativeCode: false,
  licence: { expression: 'MIT', source: 'License-Expression' },
  metadataSha256: '0'.repeat(64),
} as const;

export const freshAdvisories: AdvisorySource = { asOf: noon.toISOString(), find: () => [] };

/** What no test says of a wheel is that its METADATA is what its index gives out. */
function describeMetadata(inspection: unknown, metadata: Uint8Array): unknown {
  const isUnsaid = (inspection as { metadataSha256?: string }).metadataSha256 === soundInspection.metadataSha256;
  return isUnsaid ? { ...(inspection as object), metadataSha256: sha256(metadata) } : inspection;
}

/** A gate at work, and what a test turns on it. */
export class TestGate {
  readonly upstream: MemoryUpstream;
  readonly gate: Gate;
  readonly events: GateEvent[] = [];
  readonly inspected: string[] = [];
  policy: Policy;
  policyHash = 'first';
  now = noon;
  advisories = freshAdvisories;
  inspection: (filename: string) => unknown = () => soundInspection;
  port = 0;

  private constructor(
    upstream: MemoryUpstream,
    options: { folder: string; policy: Policy; more: Partial<GateOptions> },
  ) {
    this.upstream = upstream;
    this.policy = options.policy;
    this.gate = new Gate({
      upstream,
      policy: () => ({ policy: this.policy, hash: this.policyHash }),
      advisories: () => this.advisories,
      now: () => this.now,
      inspections: new Inspections({ folder: join(options.folder, 'inspections'), inspector: '1' }),
      inspect: async ({ filename }) => {
        this.inspected.push(filename);
        return describeMetadata(this.inspection(filename), upstream.readMetadata(filename));
      },
      onEvent: (event) => this.events.push(event),
      ...options.more,
    });
  }

  static async open(
    context: TestContext,
    {
      projects = {},
      policy = '',
      more = {},
    }: { projects?: Record<string, MemoryProject>; policy?: string; more?: Partial<GateOptions> } = {},
  ): Promise<TestGate> {
    const folder = await temporaryFolder(context);
    const upstream = new MemoryUpstream(join(folder, 'artifacts'), projects);
    const test = new TestGate(upstream, { folder, policy: policyOf(policy), more });
    context.after(() => test.gate.close({ graceMs: 0 }));
    test.port = (await test.gate.listen()).port;
    return test;
  }

  setPolicy(text: string): void {
    this.policy = policyOf(text);
    this.policyHash = text;
  }

  client(
    view: 'plan' | 'strict' | 'unfiltered' = 'strict',
    id: string = view,
  ): { path: string; ask: Ask; files: ListFiles } {
    const { path } = this.gate.admit({ id, view });
    const ask: Ask = (target, headers, method) => this.ask(`${path}${target}`, headers, method);
    const files: ListFiles = async (name) => {
      const { text } = await ask(`/simple/${name}/`, { accept: json });
      return (JSON.parse(text) as { files: ListedJson[] }).files;
    };
    return { path, ask, files };
  }

  ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
    return askAt({ port: this.port, path, headers, method });
  }
}

export const json = 'application/vnd.pypi.simple.v1+json';

type Ask = (target: string, headers?: Record<string, string>, method?: string) => Promise<Answer>;
type ListFiles = (name: string) => Promise<ListedJson[]>;

export interface ListedJson {
  readonly filename: string;
  readonly url: string;
  readonly hashes: { readonly sha256: string };
  readonly [key: string]: unknown;
}

interface Question {
  readonly port: number;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly method: string;
}

/** Sends the path as it is written: fetch would mend it. */
export async function askAt({ port, path, headers, method }: Question): Promise<Answer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    send({ host: '127.0.0.1', port, path, method, headers, agent: false }, resolve).on('error', reject).end();
  });
  const bytes = await buffer(response);
  const flat = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, value?.toString()]));
  return { status: response.statusCode ?? 0, headers: flat, bytes, text: bytes.toString() };
}
