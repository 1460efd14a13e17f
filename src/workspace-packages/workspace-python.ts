import type { InstalledPackage, PythonBuild } from '../environments/index.ts';
import { BelljarError, toBelljarError } from '../errors.ts';
import type { Declaration } from './declaration.ts';

/** The Pythons that workspaces can have. */
export interface WorkspacePythons {
  /** The installation's own. */
  readonly own: PythonBuild;
  /** One by its version or its path, which is started. @throws PYTHON_NOT_FOUND */
  readonly choose: (wanted: string, signal?: AbortSignal) => Promise<PythonBuild>;
  /** Likewise, but only one that the machine is known to have: for what anybody asks for. @throws PYTHON_NOT_FOUND */
  readonly chooseListed: WorkspacePythons['choose'];
  /** What is installed beside one. */
  readonly listInstalled: (python: PythonBuild, signal?: AbortSignal) => Promise<readonly InstalledPackage[]>;
}

/** Takes a choice back: what the installation has is used again. */
export const asInstalled = 'default';

/** What a workspace has of a Python. */
export type KeptPython = Pick<Declaration, 'python' | 'interpreter' | 'asked'>;

interface PythonQuestion {
  readonly workspace: string;
  /** What is asked for now. */
  readonly asked: string | undefined;
  readonly kept: KeptPython | undefined;
  /** What the base wants where nobody asked for another. */
  readonly ofBase: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The Python that a change is made for: the one that is asked for, else the one that was, else the base's, else the
 * installation's own.
 *
 * @throws PYTHON_NOT_FOUND, ENVIRONMENT_MISSING where the one that the workspace has is gone.
 */
export async function choosePython(
  pythons: Pick<WorkspacePythons, 'own' | 'choose' | 'chooseListed'>,
  question: PythonQuestion,
): Promise<PythonBuild> {
  const { asked, kept, ofBase, workspace, signal } = question;
  if (asked !== undefined && asked !== asInstalled) return pythons.chooseListed(asked, signal);
  if (asked === undefined && kept?.asked.python !== undefined) return keptPython(pythons, { kept, workspace, signal });
  return ofBase === undefined ? pythons.own : pythons.choose(ofBase, signal);
}

/**
 * The Python that what a workspace has was locked for: the very one that it was made with, else another of its minor
 * version, unless a path was asked for.
 *
 * @throws ENVIRONMENT_MISSING where it is gone.
 */
export async function keptPython(
  pythons: Pick<WorkspacePythons, 'own' | 'choose' | 'chooseListed'>,
  { kept, workspace, signal }: { kept: KeptPython; workspace: string; signal?: AbortSignal | undefined },
): Promise<PythonBuild> {
  const { python, interpreter, asked } = kept;
  const minor = minorOf(python);
  if (interpreter === pythons.own.executable && minorOf(pythons.own.version) === minor) return pythons.own;
  const { own, choose, chooseListed } = pythons;
  const ways = [
    async () => (interpreter === null ? undefined : find(choose, interpreter, signal)),
    async () => (asked.python === undefined ? own : find(chooseListed, asked.python, signal)),
    async () => (asked.python === undefined ? find(choose, minor, signal) : undefined),
  ];
  for (const way of ways) {
    const found = await way();
    if (found !== undefined && minorOf(found.version) === minor) return found;
  }
  const message = `the Python ${python} that “${workspace}” was made with is not on this machine any more`;
  throw new BelljarError('ENVIRONMENT_MISSING', message, {
    hint: `Give it another with \`belljar upgrade -w ${workspace} --python VERSION\`; \`belljar env pythons\` lists them.`,
    details: { python, interpreter },
  });
}

async function find(
  choose: WorkspacePythons['choose'],
  wanted: string,
  signal: AbortSignal | undefined,
): Promise<PythonBuild | undefined> {
  return choose(wanted, signal).catch((thrown: unknown) => {
    const error = toBelljarError(thrown);
    if (error.code !== 'PYTHON_NOT_FOUND') throw error;
    return undefined;
  });
}

function minorOf(version: string): string {
  return version.split('.', 2).join('.');
}
