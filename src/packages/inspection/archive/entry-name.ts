import { WheelRefusal } from '../problem.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const maxPartBytes = 255;

/** The name as text. Without the mark for UTF-8 only ASCII has one meaning. */
export function decodeName(bytes: Buffer, isUtf8: boolean): string {
  try {
    const name = decoder.decode(bytes);
    if (isUtf8 || bytes.every((byte) => byte < 0x80)) return name;
  } catch {
    // Bytes that are no UTF-8 are told below, like those that are not said to be.
  }
  const shown = JSON.stringify(bytes.toString('latin1').slice(0, 200));
  throw new WheelRefusal('archive.name', `the name ${shown} is not written in UTF-8, so it has no one meaning`);
}

/** Refuses a name that leads out of the folder it is unpacked to, or that reads as another. */
export function checkName(name: string, maxBytes: number): void {
  const shown = JSON.stringify(name.slice(0, 200));
  const refuse = (why: string): never => {
    throw new WheelRefusal('archive.name', `the name ${shown} ${why}`, name.slice(0, 1000));
  };
  if (name === '' || name === '/') refuse('is empty');
  if (name.startsWith('/')) refuse('begins at the root of the machine');
  if (name.includes('\\')) refuse('has a backslash, which is a path on some machines');
  if (/^[A-Za-z]:/.test(name)) refuse('names a drive');
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(name)) refuse('has control characters');
  if (/\p{Cf}|[\u115f\u1160\u3164\uffa0]|\p{Cn}|\p{Co}|\p{Cs}/u.test(name))
    refuse('has characters that cannot be seen');
  if (Buffer.byteLength(name) > maxBytes) refuse(`is longer than ${maxBytes} bytes`);
  checkParts(name.endsWith('/') ? name.slice(0, -1) : name, refuse);
}

function checkParts(path: string, refuse: (why: string) => never): void {
  for (const part of path.split('/')) {
    if (part === '..') refuse('leads out of the folder that it is unpacked to (“..”)');
    if (part === '.' || part === '') refuse('has a part that names nothing');
    if (part.trim() !== part) refuse('has a part that begins or ends with a blank');
    if (Buffer.byteLength(part) > maxPartBytes) refuse(`has a part longer than ${maxPartBytes} bytes`);
  }
}

/** What some file systems take for the same name: whatever the case, and however accents are written. */
export function foldName(name: string): string {
  return name.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC');
}
