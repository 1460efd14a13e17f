import { realpath } from 'node:fs/promises';
import { isAbsolute } from 'node:path';

import { BelljarError, refuseWhenCancelled } from '../../errors.ts';
import type { Description } from './ask-python.ts';
import { findCandidates } from './candidates.ts';
import { describeBuild } from './describe-build.ts';
import { KnownAnswers } from './known-answers.ts';
import { type InstalledPackage, listInstalled } from './list-installed.ts';
import type { PythonBuild } from './python-build.ts';

export interface PythonsOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Where the answers of programs are kept, so that none is asked twice. */
  readonly cacheFolder?: string | undefined;
}

const askedAtOnce = 4;

/** The CPythons of this machine. */
export class Pythons {
  readonly #env: NodeJS.ProcessEnv;
  readonly #answers: KnownAnswers;

  constructor({ env = process.env, cacheFolder }: PythonsOptions = {}) {
    this.#env = env;
    this.#answers = new KnownAnswers(cacheFolder);
  }

  /** All of 3.9 or newer, the newest first; of one version in the order in which they are found. */
  async list(signal?: AbortSignal): Promise<PythonBuild[]> {
    const waiting = (await findCandidates(this.#env)).entries();
    const found: (PythonBuild | undefined)[] = [];
    const askNext = async (): Promise<void> => {
      for (const [place, path] of waiting) found[place] = await this.#ask(path, signal);
    };
    await Promise.all(Array.from({ length: askedAtOnce }, askNext));
    refuseWhenCancelled(signal);
    await this.#answers.keep();
    const builds = new Map<string, PythonBuild>();
    for (const each of found) {
      if (each !== undefined && !builds.has(each.executable)) builds.set(each.executable, each);
    }
    return [...builds.values()].sort((one, other) => compareVersions(other.version, one.version));
  }

  /**
   * The one of a version (`3.12`, `3.12.4`), of which the newest is taken, or of a path.
   *
   * @throws PYTHON_NOT_FOUND, with those that are there.
   */
  async choose(wanted: string, signal?: AbortSignal): Promise<PythonBuild> {
    if (isAbsolute(wanted)) return this.#demand(wanted, signal);
    if (!isPythonVersion(wanted)) {
      throw new BelljarError('PYTHON_NOT_FOUND', `“${wanted}” is neither a version of Python 3 nor a path`, {
        hint: 'Name one as 3.12, as 3.12.4, or by its absolute path.',
      });
    }
    const all = await this.list(signal);
    const chosen = all.find(({ version }) => version === wanted || version.startsWith(`${wanted}.`));
    if (chosen !== undefined) return chosen;
    const there = [...new Set(all.map(({ version }) => version))].join(', ');
    throw new BelljarError('PYTHON_NOT_FOUND', `this machine has no Python ${wanted}`, {
      hint: there === '' ? 'It has no CPython of 3.9 or newer.' : `It has ${there}; or install that one.`,
    });
  }

  /**
   * Like choose(), of paths only those that list() has: whoever asks for one may not be one who may start any program.
   *
   * @throws PYTHON_NOT_FOUND
   */
  async chooseListed(wanted: string, signal?: AbortSignal): Promise<PythonBuild> {
    if (!isAbsolute(wanted)) return this.choose(wanted, signal);
    const real = await realpath(wanted).catch(() => undefined); // told as one that is not there
    const found = (await this.list(signal)).find(({ executable }) => executable === real);
    if (found !== undefined) return found;
    throw new BelljarError('PYTHON_NOT_FOUND', `${wanted} is none of the Pythons of this machine`, {
      hint: '`belljar env pythons` lists them; the operator names others in a preset, or as BELLJAR_PYTHON.',
    });
  }

  /** What is installed beside one. @throws PYTHON_NOT_FOUND, CANCELLED */
  async listInstalled({ executable }: PythonBuild, signal?: AbortSignal): Promise<readonly InstalledPackage[]> {
    const { sitePackages: folders } = await this.#describe(executable, signal);
    return listInstalled({ executable, folders, signal });
  }

  async #demand(path: string, signal: AbortSignal | undefined): Promise<PythonBuild> {
    const description = await this.#describe(path, signal);
    await this.#answers.keep();
    return describeBuild(description);
  }

  async #describe(path: string, signal: AbortSignal | undefined): Promise<Description> {
    const answer = await this.#answers.ask(path, signal);
    if ('problem' in answer) throw new BelljarError('PYTHON_NOT_FOUND', `${path}: ${answer.problem}`);
    return answer;
  }

  async #ask(path: string, signal: AbortSignal | undefined): Promise<PythonBuild | undefined> {
    const answer = await this.#answers.ask(path, signal);
    return 'problem' in answer ? undefined : describeBuild(answer);
  }
}

/** Whether a text can be a version of Python 3, whole or without its last numbers. */
export function isPythonVersion(text: string): boolean {
  return /^3(\.\d{1,4}){0,2}$/.test(text);
}

function compareVersions(one: string, other: string): number {
  const [left, right] = [one, other].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const differs = left.findIndex((number, place) => number !== right[place]);
  return differs < 0 ? 0 : (left[differs] ?? 0) - (right[differs] ?? 0);
}
