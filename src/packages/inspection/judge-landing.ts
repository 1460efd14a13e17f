import { type Landing, landingOf } from './landing.ts';
import type { WheelProblem } from './problem.ts';
import { findProgramProblem } from './program-name.ts';

export interface LandingQuestion {
  readonly paths: readonly string[];
  /** Those that are told for themselves: they are made even where nothing lies in them. */
  readonly folders?: readonly string[];
  /** The wheel's own `.dist-info` folder; its `.data` folder has the same name before the dot. */
  readonly distInfo: string;
  /** The name of the project, as PEP 503 spells it. */
  readonly project: string;
}

/** Refuses files that would land where files of others lie, or under names that people count on. */
export function judgeLanding({ paths, folders = [], distInfo, project }: LandingQuestion): WheelProblem[] {
  const dataFolder = distInfo.replace(/\.dist-info$/i, '.data');
  const seen = new Map<string, string>();
  const ofFiles = paths.flatMap((path) => {
    const tell = (rule: WheelProblem['rule'], why: string): WheelProblem[] => [
      { rule, message: `${path} ${why}`, path },
    ];
    const top = path.split('/', 1)[0] ?? '';
    if (/\.data$/i.test(top) && top !== dataFolder)
      return tell('wheel.folder', 'lies in another package’s .data folder');
    const landing = landingOf(path);
    if (landing === undefined) return tell('wheel.folder', 'lies in .data without a place to go');
    const program = programOf(landing);
    const key = (program?.place ?? `${landing.scheme}/${landing.path}`).toLowerCase();
    const twin = seen.get(key);
    if (twin !== undefined) return tell('wheel.target', `would be written over ${twin}`);
    seen.set(key, path);
    const target = findTargetProblem(landing, distInfo);
    if (target !== undefined) return tell('wheel.target', target);
    const problem = program === undefined ? undefined : findProgramProblem(program.name, project);
    return problem === undefined ? [] : tell('wheel.script', problem);
  });
  return [...ofFiles, ...folders.flatMap((path) => judgeFolder(path, distInfo))];
}

/** An empty folder says as much as a full one to who only lists the names. */
function judgeFolder(path: string, distInfo: string): WheelProblem[] {
  const landing = landingOf(path);
  const foreign = landing?.scheme === 'packages' ? findForeignRecord(landing.path, distInfo) : undefined;
  return foreign === undefined ? [] : [{ rule: 'wheel.target', message: `${path} ${foreign}`, path }];
}

const pythonItself = /^lib(?:32|64)?\/(?:(?:python|pypy)(?:[^/]*\/|[0-9.]*t?\.zip$)|libpython[0-9]|site-packages\/)/i;

function findTargetProblem({ scheme, path }: Landing, distInfo: string): string | undefined {
  if (scheme === 'packages') return findForeignRecord(path, distInfo);
  if (scheme === 'scripts' && path.includes('/')) return 'would be a program in a folder of its own';
  if (scheme !== 'data') return undefined;
  if (/^pyvenv\.cfg$/i.test(path)) return 'would be the settings of the environment itself';
  if (isSettings(path)) return 'would be among the settings of the environment, which pip and conda read there';
  if (pythonItself.test(path)) {
    return 'would lie among the packages or in Python itself, past what is looked at there';
  }
  if (/^(?:include\/)?(?:python[0-9.]*)?$/i.test(path)) return 'would lie where Python itself lies';
  return undefined;
}

/** What lies at the root is read as settings by many; papers, pictures and tables are not. */
function isSettings(path: string): boolean {
  if (/^(?:conda-meta|condarc\.d)\//i.test(path)) return true;
  if (path.includes('/') || /^[A-Z][A-Z_-]*$/.test(path)) return false;
  return !/^[^.].*\.(?:md|rst|txt|html|pdf|csv|json|png|jpg|svg|py|ipynb)$/i.test(path);
}

/** A folder that tells of another distribution would make that one seem installed, or be another one than it is. */
function findForeignRecord(path: string, distInfo: string): string | undefined {
  const top = path.split('/', 1)[0] ?? '';
  if (!/\.(?:dist-info|egg-info|egg)$/i.test(top) || top === distInfo) return undefined;
  return 'would make another package seem installed';
}

/** The name under which a file would be a program, and where; those of the data folder lie there too. */
function programOf({ scheme, path }: Landing): { readonly name: string; readonly place: string } | undefined {
  if (scheme === 'scripts') return { name: path, place: `scripts/${path}` };
  const [, folder = '', name] = (scheme === 'data' && /^(bin|sbin|scripts)\/([^/]+)$/i.exec(path)) || [];
  if (name === undefined) return undefined;
  return { name, place: /^sbin$/i.test(folder) ? `data/${path}` : `scripts/${name}` };
}
