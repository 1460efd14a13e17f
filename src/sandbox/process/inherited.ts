import { openSync, readFileSync, readdirSync } from 'node:fs';

/**
 * What this process was itself started with, beyond those that a launch fills, would pass through Node, the shell and
 * bubblewrap into the sandbox. None of them can close it, so it is covered with /dev/null.
 */
export function coverInherited(lastFilled: number): (number | 'ignore')[] {
  inherited ??= findInherited();
  const beyond = inherited.filter((descriptor) => descriptor > lastFilled);
  if (beyond.length === 0) return [];
  nullDescriptor ??= openSync('/dev/null', 'r');
  const covers: (number | 'ignore')[] = [];
  for (let descriptor = lastFilled + 1; descriptor <= Math.max(...beyond); descriptor++) {
    covers.push(beyond.includes(descriptor) ? nullDescriptor : 'ignore');
  }
  return covers;
}

let inherited: readonly number[] | undefined;
let nullDescriptor: number | undefined;

/** Node opens everything close-on-exec; what is not was there before it. */
function findInherited(): number[] {
  const closeOnExec = 0o2000000;
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((descriptor) => {
      if (descriptor <= 2) return false;
      try {
        const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8');
        return (parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? '0', 8) & closeOnExec) === 0;
      } catch {
        return false; // the one that listed the folder
      }
    });
}
