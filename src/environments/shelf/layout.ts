import { join } from 'node:path';

/** Where things lie in the folder of all environments. */
export function builtFolder(environments: string): string {
  return join(environments, 'built');
}

export function environmentFolder(environments: string, key: string): string {
  return join(builtFolder(environments), key);
}

/** Unpacked wheels, below the first two letters of their sha256. */
export function wheelsFolder(environments: string): string {
  return join(environments, 'wheels');
}

/** Compiled files, below their build and the first two letters of the wheel's sha256. */
export function bytecodeFolder(environments: string): string {
  return join(environments, 'bytecode');
}
