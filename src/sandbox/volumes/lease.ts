import type { AttachedVolume } from './attach.ts';
import { type VolumeBounds, type VolumeExcess, findExcess } from './bounds.ts';
import { VolumeWatch } from './watch.ts';

export interface LeaseParts {
  /** As it is at the moment: it may be given a name. */
  readonly volume: () => AttachedVolume;
  readonly bounds: VolumeBounds;
  readonly isHard: boolean;
  readonly release: () => Promise<void>;
  /** Gives a volume that is nobody's a name; resolves to whether that was free. */
  readonly nameAs?: (name: string) => Promise<boolean>;
}

/** The files of a workspace for one sandbox: held to their bound, and given back when it is gone. */
export class VolumeLease {
  readonly hostPath: string;
  readonly uid: number | undefined;
  /** Whether the file system itself holds the bound; else it is watched, and passed for a moment. */
  readonly isHard: boolean;
  readonly #parts: LeaseParts;
  #watch: VolumeWatch | undefined;
  #ended: Promise<VolumeExcess | undefined> | undefined;

  constructor(parts: LeaseParts) {
    const { hostPath, uid } = parts.volume();
    this.hostPath = hostPath;
    this.uid = uid;
    this.isHard = parts.isHard;
    this.#parts = parts;
  }

  /** From now on tells, once, when the files are over their bound; a process and those below it use them. */
  watch(pid: number | undefined, onExcess: (excess: VolumeExcess) => void): void {
    if (!this.isHard) this.#watch = new VolumeWatch(() => this.#look(pid), onExcess);
  }

  /** Gives files that are nobody's to a workspace that has none; resolves to whether it had none. */
  async nameAs(name: string): Promise<boolean> {
    return (await this.#parts.nameAs?.(name)) ?? false;
  }

  /** Gives the files back; resolves to what they were over their bound by in the end. */
  end(): Promise<VolumeExcess | undefined> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<VolumeExcess | undefined> {
    try {
      await this.#watch?.stop();
      // Where the host cannot measure now, the next launch does before it shows them.
      return this.isHard ? undefined : await this.#look().catch(() => undefined);
    } finally {
      await this.#parts.release();
    }
  }

  async #look(pid?: number): Promise<VolumeExcess | undefined> {
    const { volume, bounds } = this.#parts;
    return findExcess(await volume().measure(bounds, pid), bounds);
  }
}
