import { createHash } from 'node:crypto';

import { z } from 'zod';

import { BelljarError } from '../errors.ts';

export interface KernelWish {
  readonly workspace: string;
  readonly displayName?: string | undefined;
  /** How Belljar is started: a program by its whole path, and what stands before the words of the command. */
  readonly launcher: readonly string[];
  /** Further options of the command. */
  readonly options: readonly string[];
  /** What the command finds in its environment: whose home it is, above all. */
  readonly env: Readonly<Record<string, string>>;
}

/** A kernel.json, as Jupyter reads it. */
export interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: 'python';
  readonly interrupt_mode: 'signal';
  readonly env: Readonly<Record<string, string>>;
  readonly metadata: { readonly belljar: { readonly workspace: string; readonly home: string } };
}

const ourSpec = z.object({
  display_name: z.string(),
  metadata: z.object({ belljar: z.object({ workspace: z.string(), home: z.string() }) }),
});

/**
 * What Jupyter is told: how to start the kernel of a workspace.
 *
 * @throws USAGE where Jupyter would read something else in it than what it says.
 */
export function describeKernel({ workspace, displayName, launcher, options, env }: KernelWish): KernelSpec {
  const argv = [
    ...launcher,
    ...['jupyter', 'kernel'],
    // In one word each: a leading ~ would be a home folder to Jupyter, and a leading - an option to us.
    ...[`--workspace=${workspace}`, ...options],
  ];
  const shown = displayName ?? `Python (${workspace})`;
  for (const text of [...argv, ...Object.values(env)]) requireLiteral(text);
  return {
    argv: [...argv, '--connection-file={connection_file}'],
    display_name: shown,
    language: 'python',
    interrupt_mode: 'signal',
    env,
    metadata: { belljar: { workspace, home: env['BELLJAR_HOME'] ?? '' } },
  };
}

/** Whose kernel a kernel.json describes; undefined where it is none of ours. */
export function readOwnSpec(text: string): { displayName: string; workspace: string; home: string } | undefined {
  const { success, data } = ourSpec.safeParse(parseJson(text));
  return success ? { displayName: data.display_name, ...data.metadata.belljar } : undefined;
}

/** A name that Jupyter takes, and that stays one below a folder. @throws USAGE */
export function requireKernelName(name: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,99}$/.test(name)) return name;
  throw new BelljarError('USAGE', `“${name}” cannot be the name of a kernel`, {
    hint: 'It is made of small letters, digits, and “.”, “_” and “-”, and begins with a letter or digit.',
  });
}

/** The name of a workspace's kernel, and another one for each workspace. */
export function usualKernelName(workspace: string): string {
  const plain = workspace
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .slice(0, 60);
  if (plain === workspace) return `belljar-${plain}`;
  return `belljar-${plain}-${createHash('sha256').update(workspace).digest('hex').slice(0, 8)}`;
}

/** Jupyter puts things of its own in the place of {word} and $word. */
function requireLiteral(text: string): void {
  if (!/\{\w+\}|[$\0]/.test(text)) return;
  throw new BelljarError('USAGE', `“${text}” cannot stand in what Jupyter is told: it would read it as a placeholder`, {
    hint: 'Names of workspaces and paths with “$”, or with a word in braces, cannot be registered.',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
