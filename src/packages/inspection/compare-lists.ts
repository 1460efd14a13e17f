import type { WheelProblem } from './problem.ts';
import type { RecordRow } from './record.ts';

/** More are not told. */
export const maxProblems = 50;

/** RECORD, and what signs it: they cannot list their own digests. */
export function namesOfRecord(distInfo: string): readonly string[] {
  const own = `${distInfo}/RECORD`;
  return [own, `${own}.jws`, `${own}.p7s`];
}

/** Each file is in RECORD, and each line of RECORD has its file. */
export function compareLists(
  files: readonly string[],
  record: ReadonlyMap<string, RecordRow>,
  distInfo: string,
): WheelProblem[] {
  const paths = new Set(files);
  const unlisted = namesOfRecord(distInfo);
  const problems: WheelProblem[] = [];
  const tell = (path: string, what: string): void => {
    if (problems.length < maxProblems) problems.push({ rule: 'wheel.record', message: `${path} ${what}`, path });
  };
  for (const path of paths) {
    if (unlisted.includes(path)) continue;
    const row = record.get(path);
    if (row === undefined) tell(path, 'is in the wheel, and RECORD does not list it');
    else if (row.digest === undefined) tell(path, 'has no digest in RECORD');
  }
  for (const path of record.keys()) {
    if (!paths.has(path)) tell(path, 'is in RECORD, and the wheel does not hold it');
  }
  return problems;
}
