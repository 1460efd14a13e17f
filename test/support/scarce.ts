import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** What `exhaust()` opens, until nothing more can be; it returns how to close all of it. */
const preamble = `
import { closeSync, openSync } from 'node:fs';
const exhaust = () => {
  const opened = [];
  try { for (;;) opened.push(openSync('/dev/null')); } catch {}
  return () => opened.forEach(closeSync);
};`;

/** Runs code in a process that may open few files, and can use all of them up; what it prints is returned. */
export function runScarce(code: string): string {
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module', '-e'];
  const args = ['--nofile=64:64', ...node, `${preamble}${code}`];
  const { stdout, stderr, status } = spawnSync('prlimit', args, { encoding: 'utf8', timeout: 60_000 });
  assert.equal(status, 0, stderr);
  return stdout;
}

/** The process that this one started last. */
export function newestChild(): number {
  const lists = readdirSync('/proc/self/task').map((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, 'utf8'),
  );
  return Math.max(...lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number)));
}
