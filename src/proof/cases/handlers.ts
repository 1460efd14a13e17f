import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { listenForStreams } from '../listeners.ts';
import { holdsForWriting } from '../observe/descriptors.ts';
import { fileAppeared, messageArrived, secretCameOut } from '../observe/messages.ts';
import type { ProgramRow } from '../program-case.ts';
import { stageEnvironment } from '../staged-environment.ts';
import { startVictim } from '../victim.ts';
import { outside } from '../way.ts';

/**
 * Attacks from where wheels are opened and compiled: a wheel that took that program over has no folder of its own, and nothing
 * but the control stream.
 */
export const handlerRows: readonly ProgramRow[] = [
  {
    id: 'handler-network',
    title: 'connects to the host from where wheels are opened and compiled',
    stoppedBy: ['network-namespace'],
    program: 'network.connect',
    input: async ({ stage }) => {
      const host = '127.0.0.1';
      return { address: host, scope: 0, nonce: stage.nonce, port: await listenForStreams(stage, { host, port: 0 }) };
    },
    seen: messageArrived,
    isHandler: true,
  },
  {
    id: 'handler-host-file',
    title: 'reads a file of the host from there',
    stoppedBy: ['private-root'],
    program: 'files.read',
    input: async ({ stage }) => {
      const path = join(stage.folder, 'readable');
      await writeFile(path, stage.secret, { mode: 0o644 });
      return { path };
    },
    seen: secretCameOut,
    isHandler: true,
  },
  {
    id: 'handler-host-processes',
    title: 'reads the environment of every process that it can name from there',
    stoppedBy: ['pid-namespace', 'dropped-privileges'],
    alone: ['pid-namespace'],
    program: 'files.read_of_every_process',
    input: async (preparation) => {
      const { secret } = preparation.stage;
      await startVictim(preparation, { program: 'victims.wait', env: { SECRET: secret } });
      return { file: 'environ' };
    },
    seen: secretCameOut,
    isHandler: true,
    asUser: { control: outside() },
  },
  {
    id: 'handler-other-wheels',
    title: 'reads other wheels of the store, and environments, from there',
    stoppedBy: ['private-root'],
    program: 'files.read_all',
    input: ({ stage }) => {
      const { others } = stageEnvironment(stage);
      stage.environment = undefined; // nobody who opens wheels is shown one
      return { paths: others };
    },
    seen: secretCameOut,
    isHandler: true,
  },
  {
    id: 'handler-write-to-host',
    title: 'makes a file from there in a folder of the host that everyone may write to',
    stoppedBy: ['private-root'],
    program: 'files.write',
    input: async ({ stage }) => {
      await chmod(stage.folder, 0o777);
      return { path: join(stage.folder, stage.nonce), text: 'planted' };
    },
    seen: fileAppeared,
    isHandler: true,
  },
  {
    id: 'handler-write-at-all',
    title: 'makes a file anywhere in its own root from there, which has no bound',
    stoppedBy: ['read-only-root', 'dropped-privileges'],
    alone: ['read-only-root'],
    program: 'files.open_new',
    input: { path: '/planted' },
    seen: holdsForWriting(/^\/planted$/, 'a file in its root'),
    isHandler: true,
  },
];
