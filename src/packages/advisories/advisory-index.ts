import { type AdvisoryFacts, normalizeName } from '../../policy/index.ts';
import { AffectedVersions } from './affected-versions.ts';
import { readFactsLine } from './facts-line.ts';

/** What is known against packages, as of some moment. */
export interface AdvisoryData {
  /** The newest change that is in it, as a time; undefined where none is told, which is as good as no data. */
  readonly asOf: string | undefined;
  /** Names the data: the same digest, the same facts. */
  readonly digest: string;
  /** All that affects one version; never a withdrawn one. One vulnerability may be there more than once, by its aliases. */
  find(name: string, version: string): readonly AdvisoryFacts[];
}

/** Per project and answer; a page of an index asks for each of its versions, and then again for the next client. */
const maxAnswers = 5000;
const maxProjects = 5000;

const nothing: readonly AdvisoryFacts[] = [];

interface Project {
  readonly facts: readonly AdvisoryFacts[];
  readonly versions: AffectedVersions;
  readonly answers: Map<string, readonly AdvisoryFacts[]>;
}

/** Advisories in memory: lines of text until somebody asks for the project, since most are never asked for. */
export class AdvisoryIndex implements AdvisoryData {
  readonly asOf: string | undefined;
  readonly digest: string;
  readonly #lines: ReadonlyMap<string, readonly string[]>;
  readonly #projects = new Map<string, Project>();

  /** The lines of each project, by its normalised name. */
  constructor(lines: ReadonlyMap<string, readonly string[]>, about: { asOf: string | undefined; digest: string }) {
    this.#lines = lines;
    this.asOf = about.asOf;
    this.digest = about.digest;
  }

  find(name: string, version: string): readonly AdvisoryFacts[] {
    const project = this.#project(normalizeName(name));
    if (project === undefined) return nothing;
    const known = project.answers.get(version);
    if (known !== undefined) return known;
    const found = project.versions.find(version).flatMap((index) => project.facts[index] ?? []);
    if (project.answers.size >= maxAnswers) project.answers.clear();
    project.answers.set(version, found);
    return found;
  }

  /** All names that something is known against. */
  names(): IterableIterator<string> {
    return this.#lines.keys();
  }

  /** What is known against one name, as it is kept: equal lines, equal facts. */
  linesOf(name: string): readonly string[] {
    return this.#lines.get(name) ?? [];
  }

  #project(name: string): Project | undefined {
    const known = this.#projects.get(name);
    if (known !== undefined) return known;
    const lines = this.#lines.get(name);
    if (lines === undefined) return undefined;
    if (this.#projects.size >= maxProjects) this.#projects.clear();
    const project = readProject(name, lines);
    this.#projects.set(name, project);
    return project;
  }
}

function readProject(name: string, lines: readonly string[]): Project {
  const rows = lines.map(readFactsLine).flatMap(({ id, aliases, summary, affected }) => {
    return affected
      .filter((each) => each.name === name)
      .map(({ severity, ...extent }) => ({
        extent,
        facts: {
          id,
          aliases: [...aliases],
          withdrawn: false,
          ...(severity === undefined ? {} : { severity }),
          ...(summary === undefined ? {} : { summary }),
        },
      }));
  });
  return {
    facts: rows.map(({ facts }) => facts),
    versions: new AffectedVersions(rows.map(({ extent }) => extent)),
    answers: new Map(),
  };
}
