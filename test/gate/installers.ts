import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Prerequisite } from '../support/prerequisite.ts';

const cache = join(import.meta.dirname, '../../.cache');

/** The tools that others install packages with, of the machine's own index. */
const tools = ['uv==0.13.9', 'poetry==2.5.1'];

export interface Installation {
  readonly code: number | null;
  /** What the tool said, on both streams. */
  readonly said: string;
  /** What is installed now, as `name-version`. */
  readonly installed: readonly string[];
}

interface InstallOptions {
  /** An empty folder for the tool to work in. */
  readonly folder: string;
  readonly indexUrl: string;
  readonly requirements: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export type Installer = (options: InstallOptions) => Promise<Installation>;

/** Made once and kept; undefined where this machine has no Python or no index. */
export const toolFolder = keepTools();

export const installers: Prerequisite = { what: 'a package index with uv and poetry', holds: toolFolder !== undefined };

export const installWithPip: Installer = async ({ folder, indexUrl, requirements, env }) => {
  const python = await makeVenv(folder);
  const args = ['-m', 'pip', '--isolated', '--python', python, 'install', '--no-cache-dir', '--retries', '0'];
  const program = join(toolFolder ?? '', 'bin/python');
  return install(folder, { program, args: [...args, '--index-url', indexUrl, ...requirements], env });
};

export const installWithUv: Installer = async ({ folder, indexUrl, requirements, env }) => {
  const python = await makeVenv(folder);
  const common = ['--no-config', '--cache-dir', join(folder, 'uv-cache'), '--python', python];
  const args = ['pip', 'install', ...common, '--default-index', indexUrl, ...requirements];
  return install(folder, { program: join(toolFolder ?? '', 'bin/uv'), args, env });
};

export const installWithPoetry: Installer = async ({ folder, indexUrl, requirements, env = {} }) => {
  await makeVenv(folder);
  const dependencies = requirements.map((name) => `${name} = "*"`).join('\n');
  await writeFile(
    join(folder, 'pyproject.toml'),
    `[tool.poetry]\nname = "project"\nversion = "1"\ndescription = ""\nauthors = []\npackage-mode = false\n
[tool.poetry.dependencies]\npython = ">=3.9"\n${dependencies}\n
[[tool.poetry.source]]\nname = "gate"\nurl = "${indexUrl}"\npriority = "primary"\n`,
  );
  const own = { POETRY_CACHE_DIR: join(folder, 'poetry-cache'), POETRY_VIRTUALENVS_IN_PROJECT: 'true' };
  const args = ['install', '--no-interaction', '--no-ansi', '-C', folder];
  return install(folder, { program: join(toolFolder ?? '', 'bin/poetry'), args, env: { ...own, ...env } });
};

async function makeVenv(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await run('python3', ['-m', 'venv', '--without-pip', join(folder, '.venv')], {});
  return join(folder, '.venv/bin/python');
}

interface ToolCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>> | undefined;
}

async function install(folder: string, { program, args, env = {} }: ToolCall): Promise<Installation> {
  const { code, said } = await run(program, args, env);
  const found = await readdir(join(folder, '.venv'), { recursive: true });
  const installed = [...new Set(found.flatMap((path) => /([^/]+)\.dist-info$/.exec(path)?.[1] ?? []))].sort();
  return { code, said, installed };
}

/** Nothing of the machine's own configuration leads to another index than the one that is named. */
async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; said: string }> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:PIP_|UV_|POETRY_|VIRTUAL_ENV|.*_proxy$)/i.test(name),
  );
  const own = { PIP_CONFIG_FILE: '/dev/null', NO_PROXY: '*', PYTHON_KEYRING_BACKEND: 'keyring.backends.null.Keyring' };
  const child = spawn(program, args, {
    env: { ...Object.fromEntries(kept), ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  return { code, said };
}

function keepTools(): string | undefined {
  const folder = join(cache, `installers-${tools.join('-').replaceAll(/[^\w.-]/g, '')}`);
  const mark = join(folder, 'whole');
  if (existsSync(mark)) return folder;
  rmSync(folder, { recursive: true, force: true });
  const isMade =
    spawnSync('python3', ['-m', 'venv', folder]).status === 0 &&
    spawnSync(join(folder, 'bin/python'), ['-m', 'pip', 'install', '-q', '--only-binary', ':all:', ...tools]).status ===
      0;
  if (!isMade) return undefined;
  mkdirSync(mark);
  return folder;
}
