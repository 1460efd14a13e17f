import {
  type AdvisoryFacts,
  judgeAdvisoryData,
  judgePackage,
  type PackageFacts,
  type Reason,
  strictest,
} from '../../policy/index.ts';
import type { Verdict } from '../../words.ts';
import { Breath } from '../breath.ts';
import { type FileIdentity, filesOf, identifyFile, type ProjectFile, type ProjectPage } from '../upstream/index.ts';
import type { KeptInspection } from './inspections.ts';
import type { Grounds } from './grounds.ts';
import { nextChangeMs } from './next-change.ts';

/** What is learned of a file once it is here. */
export interface Learned {
  readonly sizeBytes?: number | undefined;
  /** Undefined for what is not opened: a source distribution. */
  readonly inspection: KeptInspection | undefined;
}

export interface JudgedFile {
  readonly file: ProjectFile;
  /** Undefined where the name of the file tells none. */
  readonly version: string | undefined;
  readonly isWheel: boolean;
  readonly verdict: Verdict;
  /** Those that stand against it; empty where it is allowed. */
  readonly reasons: readonly Reason[];
}

export interface JudgedPage {
  readonly page: ProjectPage;
  readonly files: readonly JudgedFile[];
  /** Tells what was known of its wheels from what is known at another time. */
  readonly opened: string;
  /** When a verdict changes by the passing of time alone. */
  readonly validUntilMs: number;
}

/** Judges every file of a page by what the page tells; what only the file itself tells is left for later. */
export async function judgePage(page: ProjectPage, grounds: Grounds): Promise<JudgedPage> {
  const opened = (await grounds.loadInspections?.(page.name)) ?? '';
  const judge = new FileJudge(page, grounds);
  const files: JudgedFile[] = [];
  const breath = new Breath();
  for (const file of filesOf(page)) {
    files.push(judge.judge(file));
    if (breath.isDue) await breath.take();
  }
  const all = { name: page.name, files: files.map(({ file }) => file) };
  return { page, files, opened, validUntilMs: nextChangeMs(all, grounds) };
}

/** Judges a file again, with what was learned of it. */
export function judgeLearned(
  page: ProjectPage,
  file: ProjectFile,
  grounds: Grounds & { learned: Learned },
): JudgedFile {
  return new FileJudge(page, grounds).judge(file, grounds.learned);
}

class FileJudge {
  readonly #page: ProjectPage;
  readonly #grounds: Grounds;
  readonly #aboutData: readonly Reason[];
  readonly #advisories = new Map<string, readonly AdvisoryFacts[]>();
  /** What sets one file of a version apart from another, of those that nothing stands against. */
  readonly #passed = new Set<string>();
  readonly #isWaived: boolean;
  readonly #lookalike: PackageFacts['lookalike'];

  constructor(page: ProjectPage, grounds: Grounds) {
    this.#page = page;
    this.#grounds = grounds;
    this.#isWaived = grounds.policy.waivers.some((waiver) => waiver.package === page.name);
    const lookalike = grounds.findLookalike?.(page.name);
    this.#lookalike = lookalike && { ...lookalike };
    this.#aboutData = judgeAdvisoryData({ ...grounds, asOf: grounds.advisories.asOf });
  }

  judge(file: ProjectFile, learned = this.#learnedBefore(file)): JudgedFile {
    const identity = identifyFile(file.filename, this.#page.name);
    if (identity === undefined) return misnamed(file, this.#page.name);
    if (learned?.inspection?.verdict === 'refused') return unsound(file, identity, learned.inspection.problems);
    const kind = this.#isWaived || learned !== undefined ? undefined : this.#kindOf(file, identity);
    if (kind !== undefined && this.#passed.has(kind)) return { file, ...identity, verdict: 'allow', reasons: [] };
    const reasons = this.#reasonsAgainst(this.#factsOf(file, { ...identity, learned }), learned);
    if (kind !== undefined && reasons.length === 0) this.#passed.add(kind);
    return { file, ...identity, verdict: strictest(reasons.map(({ verdict }) => verdict)), reasons };
  }

  #learnedBefore({ sha256, filename, coreMetadata }: ProjectFile): Learned | undefined {
    const inspection =
      sha256 === undefined ? undefined : this.#grounds.peekInspection?.({ sha256, filename, coreMetadata });
    return inspection === undefined ? undefined : { inspection };
  }

  #reasonsAgainst(facts: PackageFacts, learned: Learned | undefined): Reason[] {
    const { policy, now } = this.#grounds;
    const { reasons } = judgePackage({ policy, facts, now, path: [facts.name] });
    const isOpened = learned?.inspection !== undefined;
    return [...this.#aboutData, ...reasons].filter(
      (reason) => reason.verdict !== 'allow' && !isForLater(reason, isOpened),
    );
  }

  /** Most releases have many files that no rule tells apart: it is enough to judge one of them, unless a waiver names some. */
  #kindOf({ sha256, sizeBytes, uploadTime, yanked }: ProjectFile, { version, isWheel }: FileIdentity): string {
    const uploadedMs = uploadTime === undefined ? Number.NaN : Date.parse(uploadTime);
    const isOld = uploadedMs + this.#grounds.policy.packages.releaseAge.minimum <= this.#grounds.now.getTime();
    const flags = [isWheel, yanked, sha256 === undefined, sizeBytes === undefined, Number.isNaN(uploadedMs), isOld];
    return `${version} ${flags.map(Number).join('')}`;
  }

  #factsOf(file: ProjectFile, { version, isWheel, learned }: FactsOptions): PackageFacts {
    return {
      name: this.#page.name,
      version,
      requested: true,
      dependants: [],
      files: [fileFacts(file, isWheel, learned?.sizeBytes)],
      index: this.#page.index,
      status: this.#page.status,
      advisories: this.#advisoriesOf(version),
      ...(this.#lookalike === undefined ? {} : { lookalike: this.#lookalike }),
      ...inspectionFacts(learned?.inspection),
    };
  }

  #advisoriesOf(version: string): PackageFacts['advisories'] {
    const known = this.#advisories.get(version) ?? this.#grounds.advisories.find(this.#page.name, version);
    this.#advisories.set(version, known);
    return [...known];
  }
}

interface FactsOptions {
  readonly version: string;
  readonly isWheel: boolean;
  readonly learned: Learned | undefined;
}

type FileFacts = NonNullable<PackageFacts['files']>[number];

function fileFacts(file: ProjectFile, isWheel: boolean, learnedBytes: number | undefined): FileFacts {
  const { filename, sha256, uploadTime, yanked } = file;
  const sizeBytes = learnedBytes ?? file.sizeBytes;
  return {
    name: filename,
    isWheel,
    yanked,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(uploadTime === undefined ? {} : { uploadTime }),
  };
}

function inspectionFacts(inspection: KeptInspection | undefined): Pick<PackageFacts, 'inspection' | 'licence'> {
  if (inspection?.verdict !== 'sound') return { inspection: 'pending' };
  const { installedBytes, startupFiles, hasNativeCode, licence } = inspection;
  return {
    inspection: { installedBytes, hasStartupFiles: startupFiles.length > 0, hasNativeCode },
    ...(licence === undefined ? {} : { licence }),
  };
}

/** What no page tells, or few do: the licence is judged when the wheel was opened, the size with the plan. */
function isForLater({ rule }: Reason, isOpened: boolean): boolean {
  return rule === 'packages.missing.size' || (rule === 'packages.missing.licence' && !isOpened);
}

type Problems = Extract<KeptInspection, { verdict: 'refused' }>['problems'];

/** No policy lets in what is no sound wheel. */
function unsound(file: ProjectFile, identity: FileIdentity, problems: Problems): JudgedFile {
  const reasons = problems.map(({ rule, message, path }): Reason => {
    const matched = path ?? file.filename;
    return { rule, verdict: 'deny', matched, message: `${file.filename}: ${message}`, path: [] };
  });
  return { file, ...identity, verdict: 'deny', reasons };
}

function misnamed(file: ProjectFile, project: string): JudgedFile {
  const matched = file.filename.slice(0, 300);
  const message = `“${matched}” is not the name of a wheel or source distribution of ${project}`;
  const reason: Reason = { rule: 'gate.filename', verdict: 'deny', matched, message, path: [project] };
  return { file, version: undefined, isWheel: false, verdict: 'deny', reasons: [reason] };
}
