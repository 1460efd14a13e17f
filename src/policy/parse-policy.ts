import { findContradictions } from './contradictions.ts';
import { describeIssues, formatPath, type SchemaProblem } from './issues.ts';
import { fillMissingVerdicts } from './missing-verdicts.ts';
import { hashPolicy } from './policy-hash.ts';
import { type ParsedPolicy, type Policy, policySchema, toRunLimits } from './policy-schema.ts';
import { readYaml, type YamlFile } from './yaml-document.ts';

/** One thing that is wrong in a policy file. */
export interface PolicyProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The path of the value, such as `packages.deny[2]`; empty where the text itself is wrong. */
  readonly path: string;
  readonly message: string;
}

export type PolicyReading =
  | { readonly ok: true; readonly policy: Policy; readonly hash: string }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

/** A broken file can have an error on every line; no one reads more of them. */
const maxProblems = 50;

/** Reads a policy; where it is wrong, says what is wrong, each with its line and column, and how much more there is. */
export function parsePolicy(text: string, fileName: string): PolicyReading {
  const yaml = readYaml(text);
  if (!yaml.ok) {
    const placed = yaml.problems.map((problem) => ({ file: fileName, path: '', ...problem })).sort(byPlace);
    return { ok: false, problems: bounded(placed.slice(0, maxProblems), placed.length) };
  }
  const parsed = policySchema.safeParse(yaml.file.data, { reportInput: true });
  const problems = [
    ...(parsed.success ? [] : describeIssues(parsed.error.issues)),
    ...findContradictions(yaml.file.data).map((problem) => () => problem),
  ];
  if (!parsed.success || problems.length > 0) {
    // To word a problem and to find its place costs more than to find that there is one.
    const told = problems.slice(0, maxProblems).map((word) => locate(word(), yaml.file, fileName));
    return { ok: false, problems: bounded(told.sort(byPlace), problems.length) };
  }
  const policy = complete(parsed.data);
  return { ok: true, policy, hash: hashPolicy(policy) };
}

/** `file:line:column: message`, as compilers and editors write it: one line, whatever the file holds. */
export function formatProblem({ file, line, column, path, message }: PolicyProblem): string {
  const text = `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`;
  return text.replaceAll('\n', '\\n');
}

function bounded(told: readonly PolicyProblem[], total: number): readonly PolicyProblem[] {
  const last = told.at(-1);
  if (last === undefined || total === told.length) return told;
  return [...told, { ...last, path: '', message: `and ${total - told.length} more problems` }];
}

function locate({ path, message, isAboutKey }: SchemaProblem, file: YamlFile, fileName: string): PolicyProblem {
  const position = isAboutKey ? file.positionOfKey(path) : file.positionOf(path);
  return { file: fileName, ...position, path: formatPath(path), message };
}

function byPlace(problem: PolicyProblem, other: PolicyProblem): number {
  return problem.line - other.line || problem.column - other.column;
}

function complete(parsed: ParsedPolicy): Policy {
  const { packages, runtime } = parsed;
  return {
    ...parsed,
    packages: { ...packages, missing: fillMissingVerdicts(packages) },
    runtime: { ...runtime, limits: toRunLimits(runtime.limits), maximum: toRunLimits(runtime.maximum) },
  };
}
