import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

import { launcher } from '../support/cli.ts';
import type { Prerequisite } from '../support/prerequisite.ts';

const packages = ['nbconvert==7.17.2', 'ipykernel==7.4.0'];
const venv = join(import.meta.dirname, '../../.cache', `jupyter-${packages.join('-').replaceAll('=', '')}`);
const inVenv = (program: string): string => join(venv, 'bin', program);

/** A virtual environment with Jupyter, from the index that pip is configured with; made once and kept. */
export const jupyter: Prerequisite = { what: 'Jupyter from an index', holds: makeVenv() };

function makeVenv(): boolean {
  const mark = join(venv, 'whole');
  if (existsSync(mark)) return true;
  rmSync(venv, { recursive: true, force: true });
  if (spawnSync('python3', ['-m', 'venv', venv], { timeout: 120_000 }).status !== 0) return false;
  const install = ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', ...packages];
  if (spawnSync(inVenv('python'), install, { timeout: 600_000 }).status !== 0) return false;
  mkdirSync(mark);
  return true;
}

/** A user of Jupyter: a home folder, and a home of Belljar's, with nobody else's kernels in them. */
export class JupyterUser implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'belljar-jupyter-'));
  readonly home = join(this.folder, 'belljar');
  readonly env: NodeJS.ProcessEnv;

  constructor(policy: string) {
    const own = join(this.folder, 'own');
    mkdirSync(own);
    const policyFile = join(this.folder, 'policy.yaml');
    writeFileSync(policyFile, policy, { mode: 0o600 });
    this.env = {
      ...process.env,
      HOME: own,
      BELLJAR_HOME: this.home,
      BELLJAR_POLICY: policyFile,
      BELLJAR_NODE: process.execPath,
      PATH: `${join(venv, 'bin')}:${process.env['PATH']}`,
      // Both make Python look elsewhere than in the virtual environment.
      PYTHONPATH: '',
      JUPYTER_PATH: '',
      JUPYTER_DATA_DIR: join(own, 'jupyter'),
      JUPYTER_PLATFORM_DIRS: '1',
      PYDEVD_DISABLE_FILE_VALIDATION: '1',
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async belljar(...args: readonly string[]): Promise<string> {
    return (await promisify(execFile)(launcher, args, { env: this.env })).stdout;
  }

  /** What each scenario of drive_kernel.py saw. */
  async drive(kernel: string, scenarios: readonly string[], given: object = {}): Promise<Record<string, unknown>> {
    const args = [join(import.meta.dirname, 'drive_kernel.py'), kernel, ...scenarios];
    const child = spawn(inVenv('python'), args, { env: this.env, cwd: this.folder, stdio: 'pipe' });
    child.stdin.end(JSON.stringify(given));
    const closed = new Promise((resolve) => child.once('close', resolve));
    const [printed, said, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    if (code !== 0) throw new Error(said);
    return JSON.parse(printed) as Record<string, unknown>;
  }

  /** The cells of a notebook, executed by `jupyter nbconvert`. */
  async convert(kernel: string, sources: readonly string[]): Promise<ConvertedCell[]> {
    const source = join(this.folder, `${kernel}.ipynb`);
    writeFileSync(source, JSON.stringify(notebookOf(sources)));
    const options = ['--to', 'notebook', '--execute', '--allow-errors', '--output', `${kernel}.out.ipynb`];
    const args = ['nbconvert', ...options, `--ExecutePreprocessor.kernel_name=${kernel}`, source];
    await promisify(execFile)(inVenv('jupyter'), args, { env: this.env, cwd: this.folder });
    const written = readFileSync(join(this.folder, `${kernel}.out.ipynb`), 'utf8');
    return (JSON.parse(written) as { cells: ConvertedCell[] }).cells;
  }
}

export interface ConvertedCell {
  readonly execution_count: number | null;
  readonly outputs: readonly unknown[];
}

function notebookOf(sources: readonly string[]): object {
  const cells = sources.map((source, index) => {
    return { cell_type: 'code', id: `cell-${index}`, execution_count: null, metadata: {}, outputs: [], source };
  });
  return { nbformat: 4, nbformat_minor: 5, metadata: {}, cells };
}

/** Without what may differ from one kernel to the next: where packages lie, and where objects do. */
export function normalise(cells: readonly ConvertedCell[]): unknown {
  const written = JSON.stringify(cells.map(({ execution_count, outputs }) => ({ execution_count, outputs })));
  return JSON.parse(
    written
      .replaceAll(venv, '/environment')
      .replaceAll('/belljar/environment', '/environment')
      .replaceAll(/0x[0-9a-f]{6,}/g, '0x0'),
  );
}
