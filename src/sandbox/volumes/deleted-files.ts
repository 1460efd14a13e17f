import { readFile, readdir, stat } from 'node:fs/promises';

/**
 * What a process and all below it hold open on a device though it has no name any more, until more than a bound is found:
 * deleting a file frees nothing while someone has it open, and no walk of folders meets it.
 */
export async function measureDeleted(pid: number, device: number, maxBytes: number): Promise<number> {
  const seen = new Set<number>();
  let bytes = 0;
  for (const each of await findFamily(pid)) {
    for (const name of await readdir(`/proc/${each}/fd`).catch(() => [])) {
      const file = await stat(`/proc/${each}/fd/${name}`).catch(() => undefined); // closed in between
      if (file?.nlink !== 0 || file.dev !== device || seen.has(file.ino)) continue;
      seen.add(file.ino);
      bytes += file.blocks * 512;
      if (bytes > maxBytes) return bytes;
    }
  }
  return bytes;
}

/** Those whose parents have ended have the first of their pid namespace for one, which is below us too. */
async function findFamily(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  const children = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  return [pid, ...(await Promise.all(children.map(findFamily))).flat()];
}
