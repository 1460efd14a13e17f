import { landingOf } from './landing.ts';

/**
 * The files that Python runs at every start or in the place of the source that people read: `.pth`, `sitecustomize` and
 * `usercustomize`, `.egg-link`, and bytecode that was shipped.
 */
export function findStartupFiles(paths: readonly string[]): string[] {
  return paths.filter((path) => {
    const landing = landingOf(path);
    return landing?.scheme === 'packages' && (isAtStart(landing.path) || /\.py[co]$/i.test(landing.path));
  });
}

function isAtStart(path: string): boolean {
  if (/^[^/]+\.(?:pth|egg-link|start)$/i.test(path)) return true;
  return /^(?:site|user)customize(?:[./]|$)/i.test(path);
}
