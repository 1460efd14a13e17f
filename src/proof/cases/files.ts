import type { ProgramRow } from '../program-case.ts';
import { readRows } from './files-read.ts';
import { machineRows, writeRows } from './files-write.ts';

export const fileRows: readonly ProgramRow[] = [...readRows, ...machineRows, ...writeRows];
