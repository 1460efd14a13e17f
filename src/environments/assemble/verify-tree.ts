import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { z } from 'zod';

import { type EnvironmentDescription, environmentSchema, listSchema } from './environment-file.ts';
import { lookFully } from './full-look.ts';
import { sha256Of } from './installed-record.ts';
import { descriptionFile, listFile } from './layout.ts';
import { lookQuickly } from './quick-look.ts';
import { digestTree } from './tree-digest.ts';
import { sayProblem, type TreeProblem } from './tree-problem.ts';

export interface VerifyTreeOptions {
  /** Every file is read, and nothing else may be there; else a look of a millisecond or two. */
  readonly full?: boolean;
  /** What the environment must be, by another word than its own. */
  readonly treeDigest?: string | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export interface TreeVerification {
  readonly isWhole: boolean;
  /** In words. */
  readonly problems: readonly string[];
  /** The same for a program. */
  readonly places: readonly TreeProblem[];
  /** What it says of itself, where that can be read. */
  readonly description: EnvironmentDescription | undefined;
}

/**
 * Says what of an environment is not as it was sealed. That it is damaged is a value.
 *
 * @throws CANCELLED
 */
export async function verifyTree(folder: string, options: VerifyTreeOptions = {}): Promise<TreeVerification> {
  const description = await readDescription(folder);
  if (description === undefined) return report([{ path: descriptionFile, what: 'unreadable' }], undefined);
  const { treeDigest = description.treeDigest } = options;
  if (treeDigest !== description.treeDigest) return report([{ path: descriptionFile, what: 'changed' }], description);
  const problems = lookQuickly(folder, description);
  if (options.full !== true) return report(problems, description);
  return report(await findProblems(folder, description, options), description);
}

/** What an environment says of itself; undefined where that cannot be read. */
export async function readDescription(folder: string): Promise<EnvironmentDescription | undefined> {
  return parse(environmentSchema, await readOrNothing(join(folder, descriptionFile)));
}

async function findProblems(
  folder: string,
  description: EnvironmentDescription,
  { signal, onProgress }: VerifyTreeOptions,
): Promise<readonly TreeProblem[]> {
  const bytes = await readOrNothing(join(folder, listFile));
  if (sha256Of(bytes) !== description.list.sha256) return [{ path: listFile, what: 'changed' }];
  const list = parse(listSchema, bytes);
  if (list === undefined) return [{ path: listFile, what: 'unreadable' }];
  const { problems, lines } = await lookFully({ folder, list, signal, onProgress });
  if (problems.length > 0 || digestTree(lines) === description.treeDigest) return problems;
  // Every file is as the list has it, and the list is not that of this environment.
  return [{ path: listFile, what: 'changed' }];
}

/** What cannot be read is as good as empty: neither is what it should be. */
async function readOrNothing(path: string): Promise<Buffer> {
  return readFile(path).catch(() => Buffer.alloc(0));
}

function parse<Schema extends z.ZodType>(schema: Schema, bytes: Buffer): z.infer<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(bytes.toString())).data;
  } catch {
    return undefined; // no JSON: as little a description as JSON of another shape
  }
}

function report(places: readonly TreeProblem[], description: EnvironmentDescription | undefined): TreeVerification {
  return { isWhole: places.length === 0, problems: places.map(sayProblem), places, description };
}
