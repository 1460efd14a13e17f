import { WheelRefusal } from '../problem.ts';

/** What is noted beside a name: pairs of an id and bytes. */
export type ExtraFields = ReadonlyMap<number, Buffer>;

const zip64Id = 0x0001;
/** Another name for the file, which some programs take in the place of the first. */
const otherNameId = 0x7075;

export function readExtraFields(bytes: Buffer, path: string): ExtraFields {
  const fields = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length;) {
    if (at + 4 > bytes.length) throw malformed(path);
    const id = bytes.readUInt16LE(at);
    const end = at + 4 + bytes.readUInt16LE(at + 2);
    if (end > bytes.length || fields.has(id)) throw malformed(path);
    fields.set(id, bytes.subarray(at + 4, end));
    at = end;
  }
  if (fields.has(otherNameId)) throw new WheelRefusal('archive.name', `${path} has a second name beside its own`, path);
  return fields;
}

function malformed(path: string): WheelRefusal {
  return new WheelRefusal('archive.headers', `the notes beside ${path} cannot be read`, path);
}

const saturated = 0xffffffff;

/**
 * The numbers as the ZIP64 field has them where they had no room. The field holds these and no more; or all of them, which
 * some programs write before each file, and then they must be the same.
 */
export function widen(numbers: readonly number[], fields: ExtraFields, path: string): number[] {
  const field = fields.get(zip64Id);
  const needed = numbers.filter((number) => number === saturated).length;
  if (field === undefined) {
    if (needed > 0) throw new WheelRefusal('archive.headers', `the size of ${path} is missing`, path);
    return [...numbers];
  }
  const isFull = field.length === numbers.length * 8;
  if (!isFull && field.length !== needed * 8) throw malformed(path);
  let at = 0;
  return numbers.map((number) => {
    if (number !== saturated && !isFull) return number;
    const wide = Number(field.readBigUInt64LE(at));
    at += 8;
    if (number === saturated || number === wide) return wide;
    throw new WheelRefusal('archive.headers', `${path} has two sizes, and they differ`, path);
  });
}
