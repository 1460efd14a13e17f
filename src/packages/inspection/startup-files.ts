import { landingOf } from './landing.ts';

/**
 * The files that Python runs at every start or in the place of the source that people read: `.pth`, `sitecustomize` and
 * `usercustomize`, `.egg-link`, bytecode that was shipped, and what IPython, Jupyter and conda run when they start.
 */
export function findStartupFiles(paths: readonly string[], project: string): string[] {
  return paths.filter((path) => {
    const landing = landingOf(path);
    if (landing?.scheme === 'data') return isAtStartOfOthers(landing.path, project);
    return landing?.scheme === 'packages' && (isAtStart(landing.path) || /\.py[co]$/i.test(landing.path));
  });
}

function isAtStart(path: string): boolean {
  if (/^[^/]+\.(?:pth|egg-link|start)$/i.test(path)) return true;
  return /^(?:site|user)customize(?:[./]|$)/i.test(path);
}

function isAtStartOfOthers(path: string, project: string): boolean {
  if (/^etc\/(?:ipython\/|jupyter\/[^/]*config\.(?:py|json)$|conda\/activate\.d\/)/i.test(path)) return true;
  return /^share\/jupyter\/kernels\/python3\//i.test(path) && project !== 'ipykernel';
}
