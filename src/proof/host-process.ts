import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** The name under which an attempt's environment carries its mark. */
export const markName = 'BELLJAR_PROOF';

/** A process as the host sees it, whatever namespaces it lives in; what cannot be read is empty. */
export class HostProcess {
  readonly pid: number;

  constructor(pid: number) {
    this.pid = pid;
  }

  text(file: string): string {
    try {
      return readFileSync(`/proc/${this.pid}/${file}`, 'latin1');
    } catch {
      return '';
    }
  }

  link(file: string): string {
    try {
      return readlinkSync(`/proc/${this.pid}/${file}`);
    } catch {
      return '';
    }
  }

  names(folder: string): string[] {
    try {
      return readdirSync(`/proc/${this.pid}/${folder}`);
    } catch {
      return [];
    }
  }

  /** A line of its status, such as `Uid`. */
  status(field: string): string {
    return new RegExp(`^${field}:\\s*(.*)$`, 'm').exec(this.text('status'))?.[1] ?? '';
  }

  /** What its descriptors lead to, beyond the three usual ones. */
  descriptors(): { readonly number: number; readonly target: string }[] {
    return this.names('fd')
      .map((name) => ({ number: Number(name), target: this.link(`fd/${name}`) }))
      .filter(({ number }) => number > 2);
  }

  /** Its fields behind the program's name, which may hold spaces: state first, then the parent. */
  stat(): string[] {
    const text = this.text('stat');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  }

  get isAlive(): boolean {
    const [state = 'X'] = this.stat();
    return !['', 'X', 'Z'].includes(state);
  }
}

/** All living processes of the host that carry the mark, and what descends from them. */
export function findMarked(mark: string): HostProcess[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => new HostProcess(Number(name)));
  const found = new Set(
    all.filter((one) => one.text('environ').includes(`${markName}=${mark}\0`)).map(({ pid }) => pid),
  );
  const parents = new Map(all.map((one) => [one.pid, Number(one.stat()[1] ?? 0)]));
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return all.filter((one) => found.has(one.pid) && one.isAlive);
}
