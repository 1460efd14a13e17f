import { z } from 'zod';

import { nearestOf } from '../nearest.ts';
import type { Path } from './yaml-document.ts';

/** One thing that is wrong, in words, at a path of the file. */
export interface SchemaProblem {
  readonly path: Path;
  readonly message: string;
  /** Whether the key is what is wrong, not its value. */
  readonly isAboutKey: boolean;
}

type Issue = z.core.$ZodIssue;

/** A problem that is put into words when it is told: there may be too many to tell. */
type Unworded = () => SchemaProblem;

/** What kind of file it is. */
export interface FileKind {
  readonly schema: z.ZodType;
  /** As in “… is not a key of a policy”. */
  readonly what: string;
}

/** Says what a refusal of the schema means, for a person who wrote the file. */
export function describeIssues(issues: readonly Issue[], kind: FileKind): Unworded[] {
  return issues.flatMap((issue) => describe(issue, issue.path, kind));
}

function describe(issue: Issue, path: Path, kind: FileKind): Unworded[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => () => ({
        path: [...path, key],
        message: unknownKey(key, path, kind),
        isAboutKey: true,
      }));
    case 'invalid_key':
      return issue.issues.map(({ message }) => () => ({ path, message, isAboutKey: true }));
    case 'invalid_union':
      return describeUnion(issue.errors, path, kind);
    case 'invalid_value':
      return [() => about(path, ownMessage(issue) ?? oneOf(issue.values, issue.input))];
    case 'invalid_type':
      return [() => about(path, ownMessage(issue) ?? wrongType(issue.expected, issue.input))];
    default:
      return [() => about(path, issue.message)];
  }
}

function about(path: Path, message: string): SchemaProblem {
  return { path, message, isAboutKey: false };
}

/** Of several forms, the one that fits says what is wrong with it. */
function describeUnion(options: readonly (readonly Issue[])[], path: Path, kind: FileKind): Unworded[] {
  const fitting = options.find((issues) => issues.every((issue) => formOf(issue) === undefined));
  if (fitting !== undefined) return fitting.flatMap((issue) => describe(issue, [...path, ...issue.path], kind));
  const forms = options.flat().flatMap((issue) => formOf(issue) ?? []);
  return [() => about(path, `must be ${[...new Set(forms)].join(' or ')}`)];
}

/** What form the value would have to have, where the issue is that it has another. */
function formOf(issue: Issue): string | undefined {
  if (issue.path.length > 0) return undefined;
  if (issue.code === 'invalid_type') return typeNames[issue.expected] ?? issue.expected;
  return issue.code === 'invalid_value' ? issue.values.map((value) => `“${String(value)}”`).join(' or ') : undefined;
}

/** Messages that the schema itself words begin in lower case; zod’s own do not. */
function ownMessage(issue: Issue): string | undefined {
  return /^[A-Z]/.test(issue.message) ? undefined : issue.message;
}

function oneOf(values: readonly unknown[], input: unknown): string {
  const words = values.map(String);
  const nearest = typeof input === 'string' ? nearestOf(input, words) : undefined;
  const found = typeof input === 'string' ? `“${shorten(input)}” is not one of ` : 'must be one of ';
  return `${found}${words.join(', ')}${nearest === undefined ? '' : `; did you mean “${nearest}”?`}`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
};

function wrongType(expected: string, input: unknown): string {
  const wanted = typeNames[expected] ?? expected;
  if (input === undefined) return `is missing: ${wanted} must stand here`;
  return `must be ${wanted}, not ${describeInput(input)}`;
}

function describeInput(input: unknown): string {
  if (input === null) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a map of keys';
  return typeof input === 'string' ? 'text' : `the ${typeof input} ${JSON.stringify(input)}`;
}

function unknownKey(key: string, path: Path, { schema, what }: FileKind): string {
  const known = knownKeys(path, schema);
  const nearest = nearestOf(key, known);
  const help = nearest === undefined ? `known here: ${known.join(', ')}` : `did you mean “${nearest}”?`;
  return `“${shorten(key)}” is not a key of ${path.length === 0 ? what : formatPath(path)}; ${help}`;
}

export function formatPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      return `${index === 0 ? '' : '.'}${shorten(String(step))}`;
    })
    .join('');
}

const longestWord = 100;

function shorten(word: string): string {
  return word.length <= longestWord ? word : `${word.slice(0, longestWord)}…`;
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  /** Of a map whose keys are the writer's own. */
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

const jsonSchemas = new WeakMap<z.ZodType, SchemaNode>();

function jsonSchemaOf(schema: z.ZodType): SchemaNode {
  const known = jsonSchemas.get(schema) ?? (z.toJSONSchema(schema, { io: 'input', reused: 'inline' }) as SchemaNode);
  jsonSchemas.set(schema, known);
  return known;
}

/** The keys that the schema knows at a path, over all forms that are allowed there. */
function knownKeys(path: Path, schema: z.ZodType): string[] {
  let nodes: readonly SchemaNode[] = flatten([jsonSchemaOf(schema)]);
  for (const step of path) {
    const next = nodes.map((node) => (typeof step === 'number' ? node.items : below(node, String(step))));
    nodes = flatten(next.filter((node) => node !== undefined));
  }
  return nodes.flatMap((node) => Object.keys(node.properties ?? {}));
}

function below({ properties, additionalProperties: others }: SchemaNode, key: string): SchemaNode | undefined {
  return properties?.[key] ?? (typeof others === 'object' ? others : undefined);
}

function flatten(nodes: readonly SchemaNode[]): readonly SchemaNode[] {
  return nodes.flatMap((node) => (node.anyOf === undefined ? [node] : flatten(node.anyOf)));
}
