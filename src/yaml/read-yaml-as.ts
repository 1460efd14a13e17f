import type { z } from 'zod';

import { describeIssues, type FileKind, formatPath, type SchemaProblem } from './issues.ts';
import { readYaml, type YamlFile } from './yaml-document.ts';

/** One thing that is wrong in a file. */
export interface FileProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The path of the value, such as `packages.deny[2]`; empty where the text itself is wrong. */
  readonly path: string;
  readonly message: string;
}

export type YamlAs<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problems: readonly FileProblem[] };

export interface ReadYamlOptions<Schema extends z.ZodType> extends FileKind {
  readonly schema: Schema;
  readonly file: string;
  /** Finds what no schema can say. */
  readonly findMore?: (data: unknown) => readonly SchemaProblem[];
}

/** A broken file can have an error on every line; no one reads more of them. */
const maxProblems = 50;

/** Reads a file by its schema; where it is wrong, says what is wrong, each with its line and column, and how much more there is. */
export function readYamlAs<Schema extends z.ZodType>(
  text: string,
  { file, findMore = () => [], ...kind }: ReadYamlOptions<Schema>,
): YamlAs<z.output<Schema>> {
  const yaml = readYaml(text);
  if (!yaml.ok) {
    const placed = yaml.problems.map((problem) => ({ file, path: '', ...problem })).sort(byPlace);
    return { ok: false, problems: bounded(placed.slice(0, maxProblems), placed.length) };
  }
  const parsed = kind.schema.safeParse(yaml.file.data, { reportInput: true });
  const problems = [
    ...(parsed.success ? [] : describeIssues(parsed.error.issues, kind)),
    ...findMore(yaml.file.data).map((problem) => () => problem),
  ];
  if (parsed.success && problems.length === 0) return { ok: true, value: parsed.data };
  // To word a problem and to find its place costs more than to find that there is one.
  const told = problems.slice(0, maxProblems).map((word) => locate(word(), yaml.file, file));
  return { ok: false, problems: bounded(told.sort(byPlace), problems.length) };
}

/** `file:line:column: message`, as compilers and editors write it: one line, whatever the file holds. */
export function formatProblem({ file, line, column, path, message }: FileProblem): string {
  const text = `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`;
  return text.replaceAll('\n', '\\n');
}

function bounded(told: readonly FileProblem[], total: number): readonly FileProblem[] {
  const last = told.at(-1);
  if (last === undefined || total === told.length) return told;
  return [...told, { ...last, path: '', message: `and ${total - told.length} more problems` }];
}

function locate({ path, message, isAboutKey }: SchemaProblem, yaml: YamlFile, file: string): FileProblem {
  const position = isAboutKey ? yaml.positionOfKey(path) : yaml.positionOf(path);
  return { file, ...position, path: formatPath(path), message };
}

function byPlace(problem: FileProblem, other: FileProblem): number {
  return problem.line - other.line || problem.column - other.column;
}
