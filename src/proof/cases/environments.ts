import { secretCameOut } from '../observe/messages.ts';
import type { ProgramRow } from '../program-case.ts';
import { environmentChanged, stageEnvironment } from '../staged-environment.ts';

const changes = {
  stoppedBy: ['private-root', 'dropped-privileges'],
  alone: ['private-root'],
  seen: environmentChanged,
} as const;

/** Attacks from within a session that has an environment, on that and on what lies beside it. */
export const environmentRows: readonly ProgramRow[] = [
  {
    id: 'environment-overwrite',
    title: 'writes to a module of its own environment',
    ...changes,
    program: 'environments.overwrite',
    input: ({ stage }) => ({ paths: stageEnvironment(stage).module, text: 'planted' }),
  },
  {
    id: 'environment-bytecode',
    title: 'puts other bytecode in the place of what was compiled for its environment',
    ...changes,
    program: 'environments.replace',
    input: ({ stage }) => ({ paths: stageEnvironment(stage).bytecode, text: 'planted' }),
  },
  {
    id: 'environment-modes',
    title: 'makes a module of its own environment writable',
    ...changes,
    program: 'environments.loosen',
    input: ({ stage }) => ({ paths: stageEnvironment(stage).module }),
  },
  {
    id: 'environment-remove',
    title: 'removes a module of its own environment',
    ...changes,
    program: 'environments.remove',
    input: ({ stage }) => ({ paths: stageEnvironment(stage).module }),
  },
  {
    id: 'environment-hard-link',
    title: 'writes to the store of all environments through a hard link to a module of its own',
    ...changes,
    program: 'environments.write_by_hard_link',
    input: ({ stage }) => ({ paths: stageEnvironment(stage).module, text: 'planted' }),
  },
  {
    id: 'environment-of-another',
    title: 'reads the environments of others, and the wheels that they are made of',
    stoppedBy: ['private-root'],
    program: 'files.read_all',
    input: ({ stage }) => ({ paths: stageEnvironment(stage).others }),
    seen: secretCameOut,
  },
];
