import { join } from 'node:path';

const python = join(import.meta.dirname, '../../../python');

/** What starts the engine inside. */
export const launcherFolder = join(python, 'belljar_resolver');

/** Where the forwarder lies that it starts, too. */
export const runnerFolder = join(python, 'belljar_runner');
