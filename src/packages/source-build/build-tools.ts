import type { Reason } from '../../policy/index.ts';
import type { KeptInspection } from '../gate/index.ts';
import type { AnsweredPlan } from '../plan/index.ts';
import type { LockedFile } from '../resolve/index.ts';
import type { Artifact, ProjectFile, Upstream } from '../upstream/index.ts';
import { formatWishProblem, readArguments, type WishRequirement } from '../wish/index.ts';
import { BuildFailure } from './build-failure.ts';
import type { SentFile } from './program.ts';

/** A wheel that a build needs, on this machine's disk. */
export interface Tool extends SentFile {
  readonly sha256: string;
}

interface FetchedTool {
  readonly file: ProjectFile;
  readonly path: string;
  readonly sha256: string;
}

export interface ToolRequest {
  /** What a source says that its build needs. */
  readonly needs: readonly string[];
  /** Plans it as wheels alone, by the policy that is in force. */
  readonly plan: (requirements: readonly WishRequirement[]) => Promise<AnsweredPlan>;
  /** Whether an approver asks: then what the policy wants asked for is answered. */
  readonly acceptsAsked: boolean;
  readonly signal: AbortSignal;
}

export interface BuildToolsOptions {
  readonly upstream: Pick<Upstream, 'fetchArtifact' | 'findPage'>;
  /** What is found in a wheel, by its sha256: each is opened once. */
  readonly inspect: (wheel: FetchedTool, signal: AbortSignal) => Promise<KeptInspection>;
}

/** Brings what a build needs: a wish like any other, judged by the same policy, and wheels alone. */
export class BuildTools {
  readonly #options: BuildToolsOptions;

  constructor(options: BuildToolsOptions) {
    this.#options = options;
  }

  /** The wheels; it throws a BuildFailure where they may not be used. */
  async bring(request: ToolRequest): Promise<readonly Tool[]> {
    const requirements = readNeeds(request.needs);
    if (requirements.length === 0) return [];
    const plan = await request.plan(requirements);
    await this.#requirePossible(plan, requirements, request.signal);
    const fetched = await Promise.all(filesOf(plan).map((file) => this.#fetch(file, request.signal)));
    const isNews = plan.packages.some(({ inspection }) => inspection === 'pending');
    for (const wheel of fetched) await this.#requireSound(wheel, request.signal);
    // What was found in them is judged, too.
    requireAllowed(isNews ? await request.plan(requirements) : plan, request.acceptsAsked);
    return fetched.map(asTool).toSorted((one, other) => (one.filename < other.filename ? -1 : 1));
  }

  async #requirePossible(
    tools: AnsweredPlan,
    requirements: readonly WishRequirement[],
    signal: AbortSignal,
  ): Promise<void> {
    if (tools.lock !== undefined) return;
    const bare = await this.#findWithoutWheels(requirements, signal);
    const message =
      bare.length === 0
        ? `what it takes to build it cannot be had: ${tools.obstacle?.message ?? describeReasons(tools, 'deny')}`
        : `what it takes to build it has no wheel: ${bare.join(', ')}; nothing that a build needs is itself built`;
    throw new BuildFailure(message, { tools });
  }

  async #findWithoutWheels(requirements: readonly WishRequirement[], signal: AbortSignal): Promise<string[]> {
    const pages = await Promise.all(requirements.map(({ name }) => this.#options.upstream.findPage(name, { signal })));
    return pages.flatMap((page) => {
      const isBare = page !== undefined && page.files.length > 0 && !page.files.some(isWheel);
      return isBare ? [page.name] : [];
    });
  }

  async #fetch(locked: LockedFile, signal: AbortSignal): Promise<FetchedTool & Artifact> {
    const file: ProjectFile = { ...locked, yanked: false, coreMetadata: 'unknown' };
    return { file, ...(await this.#options.upstream.fetchArtifact(file, { signal })) };
  }

  async #requireSound(tool: FetchedTool, signal: AbortSignal): Promise<void> {
    const inspection = await this.#options.inspect(tool, signal);
    if (inspection.verdict === 'sound') return;
    const why = inspection.problems[0]?.message ?? 'it is not sound';
    throw new BuildFailure(`what it takes to build it was opened and refused: ${tool.file.filename}: ${why}`);
  }
}

function asTool({ file: { filename }, path, sizeBytes, sha256 }: FetchedTool & Artifact): Tool {
  return { path, sizeBytes, sha256, filename };
}

function readNeeds(needs: readonly string[]): readonly WishRequirement[] {
  const { requirements, problems } = readArguments(needs, { from: 'build requirement' });
  const [problem] = problems;
  if (problem === undefined) return requirements;
  throw new BuildFailure(`what it says that its build needs cannot be brought in: ${formatWishProblem(problem)}`);
}

function filesOf({ lock }: AnsweredPlan): readonly LockedFile[] {
  return lock?.packages.flatMap(({ wheels }) => wheels) ?? [];
}

function requireAllowed(plan: AnsweredPlan, acceptsAsked: boolean): void {
  const { verdict, approval } = plan;
  if (verdict === 'allow' || (verdict === 'ask' && (acceptsAsked || approval?.state === 'approved'))) return;
  const what = verdict === 'deny' ? 'is denied' : 'has to be approved first';
  const message = `what it takes to build it ${what}: ${describeReasons(plan, verdict)}`;
  throw new BuildFailure(message, { tools: plan });
}

const mostReasons = 5;

function describeReasons({ reasons, packages }: AnsweredPlan, verdict: Reason['verdict']): string {
  const all = [...reasons, ...packages.flatMap((each) => each.reasons)];
  const against = all.filter((reason) => reason.verdict === verdict);
  const words = [...new Set(against.map(({ message, rule }) => `${message} [${rule}]`))];
  const more = words.length > mostReasons ? ` and ${words.length - mostReasons} more` : '';
  return `${words.slice(0, mostReasons).join('; ')}${more}`;
}

function isWheel({ filename }: ProjectFile): boolean {
  return filename.endsWith('.whl');
}
