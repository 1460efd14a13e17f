import type { ProgramRow } from '../program-case.ts';
import { environmentRows } from './environments.ts';
import { handlerRows } from './handlers.ts';
import { readRows } from './files-read.ts';
import { machineRows, writeRows } from './files-write.ts';
import { workspaceRows } from './workspaces.ts';

export const fileRows: readonly ProgramRow[] = [
  ...readRows,
  ...machineRows,
  ...writeRows,
  ...workspaceRows,
  ...environmentRows,
  ...handlerRows,
];
