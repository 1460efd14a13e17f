import type { ProofCase } from './case.ts';
import { deedRows, lieRows, runRows } from './cases/channel.ts';
import { egressRows } from './cases/egress.ts';
import { exhaustionRows } from './cases/exhaustion.ts';
import { fileRows } from './cases/files.ts';
import { kernelRows } from './cases/kernel.ts';
import { networkRows } from './cases/network.ts';
import { processRows } from './cases/processes.ts';
import { forgottenDescriptor } from './forgotten-descriptor.ts';
import { programCases } from './program-case.ts';
import { deedCases, lieCases } from './session-case.ts';

/** All attacks, family by family. */
export const corpus: readonly ProofCase[] = [
  ...programCases('kernel', kernelRows),
  ...programCases('files', fileRows),
  forgottenDescriptor,
  ...programCases('network', networkRows),
  ...programCases('network', egressRows),
  ...programCases('processes', processRows),
  ...programCases('exhaustion', exhaustionRows),
  ...deedCases('exhaustion', runRows),
  ...deedCases('channel', deedRows),
  ...lieCases('channel', lieRows),
];
