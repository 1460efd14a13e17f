import { nearestAlike } from '../../nearest.ts';

/** Names by what they look and sound like, so that asking for one takes no longer than the names that begin as it does. */
export class NameTable {
  readonly #names: readonly string[];
  readonly #byShape = new Map<string, string>();

  constructor(names: Iterable<string>) {
    this.#names = [...names];
    for (const name of this.#names) {
      for (const shape of shapesOf(name)) if (!this.#byShape.has(shape)) this.#byShape.set(shape, name);
    }
  }

  has(name: string): boolean {
    return this.#byShape.has(`name ${name}`);
  }

  /** The same letters, with the hyphens elsewhere. */
  withOtherHyphens(name: string): string | undefined {
    return this.#byShape.get(`bare ${bare(name)}`);
  }

  /** What cannot be told apart at a glance. */
  thatLooksLike(name: string): string | undefined {
    return this.#byShape.get(`picture ${pictureOf(name)}`);
  }

  withOtherDoubling(name: string): string | undefined {
    return this.#byShape.get(`single ${undoubled(name)}`);
  }

  /** The same but for `python-` before it, or the like. */
  withOtherAffix(name: string): string | undefined {
    return this.#byShape.get(`core ${coreOf(name)}`);
  }

  withFirstLetterMissing(name: string): string | undefined {
    return this.#byShape.get(`tail ${name}`);
  }

  nearest(name: string, maxMistakes: number): string | undefined {
    return nearestAlike(name, this.#names, maxMistakes);
  }
}

/** Short names are near to too many others. */
const shortest = 4;

function shapesOf(name: string): string[] {
  const shapes = [`name ${name}`, `bare ${bare(name)}`, `core ${coreOf(name)}`];
  if (name.length < shortest) return shapes;
  return [...shapes, `picture ${pictureOf(name)}`, `single ${undoubled(name)}`, `tail ${name.slice(1)}`];
}

function bare(name: string): string {
  return name.replaceAll('-', '');
}

/** One picture for what looks the same in some font. */
function pictureOf(name: string): string {
  return bare(name)
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('cl', 'd')
    .replaceAll(/[1i]/g, 'l')
    .replaceAll('0', 'o')
    .replaceAll('5', 's')
    .replaceAll('3', 'e');
}

function undoubled(name: string): string {
  return name.replaceAll(/([^])\1+/g, '$1');
}

/** Without what systems and people put before or behind the name of something for Python. */
export function coreOf(name: string): string {
  const core = name.replace(/^(?:python[23]?|py[23]?)-?/, '').replace(/-?(?:python[23]?|py[23]?)$/, '');
  return core.length < shortest - 1 ? name : core;
}
