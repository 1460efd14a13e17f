import { execFileSync } from 'node:child_process';

/** Folders in folders, deeper than any path may be long, as hostile code makes them. */
export function makeDeepFolder(folder: string, depth: number): void {
  const code = 'import os, sys\nos.chdir(sys.argv[1])\nfor _ in range(int(sys.argv[2])): os.mkdir("d"); os.chdir("d")';
  execFileSync('python3', ['-I', '-c', code, folder, String(depth)]);
}

/** Node's own way of removing fails on these. */
export function removeDeepFolder(folder: string): void {
  execFileSync('rm', ['-rf', '--', folder]);
}
